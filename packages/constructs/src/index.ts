export * from './cost';
export * from './data';
export * from './foundation';
export * from './monitoring';
export * from './nag';
export * from './recovery';
export * from './serving';
export * from './training';
