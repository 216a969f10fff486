export * from './access-template';
export * from './clients';
export * from './execute';
export * from './look-up';
export * from './plan';
export * from './quotas';
export * from './target';
