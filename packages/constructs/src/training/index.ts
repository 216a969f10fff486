export * from './model-registry';
export * from './pipeline-definition';
export * from './training-pipeline';
export * from './training-roles';
