export * from './synthesise';
