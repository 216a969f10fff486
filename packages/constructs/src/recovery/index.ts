export * from './backed-up';
export * from './backup-plan';
export * from './recovery-copies';
export * from './registry-export';
export * from './registry-export-definition';
export * from './replication';
export * from './vault-lock';
