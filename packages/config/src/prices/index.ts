export * from './prices';
export * from './idle-cost';
