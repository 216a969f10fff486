export * from './promote';
export * from './releases';
