export { operationalExcellence } from './operational-excellence';
export { reliability, invocationsPerMinuteTarget } from './reliability';
export { cost } from './cost';
export { security } from './security';
export * from './rollback';
export * from './retention';
export * from './recovery';
