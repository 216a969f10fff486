export * from './promote';
export * from './releases';
export * from './bootstrap/index';
