export * from './model-registry';
export * from './pipeline-definition';
export { evaluationCommand, type PipelineSetting } from './pipeline-jobs';
export * from './training-pipeline';
export * from './training-roles';
