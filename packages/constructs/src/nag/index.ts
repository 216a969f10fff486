export * from './synthesise';
export * from './compliance-packs';
export { MlChecks } from './ml-checks';
export type { MlRule } from './ml-rule';
export { rules as mlRules } from './rules';
