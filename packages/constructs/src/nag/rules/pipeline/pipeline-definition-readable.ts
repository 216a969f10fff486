import type { MlRule } from '../../ml-rule';

export const pipelineDefinitionReadable: MlRule = {
  id: 'pipeline-definition-readable',
  policy: 'OPS-9',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'The definition of the pipeline is not in the template, or is no JSON.',
  why: 'The other rules cannot look at its jobs, and a review cannot either.',
  check: (pipeline) => pipeline.pipelineDefinition !== undefined,
};
