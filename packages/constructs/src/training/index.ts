export * from './model-registry';
export * from './pipeline-definition';
export type { JobDuty, PipelineSetting } from './pipeline-setting';
export * from './training-pipeline';
export * from './training-roles';
export * from './training-schedule';
