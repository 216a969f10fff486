import type { MlRule } from '../../ml-rule';
import { tagsOf } from '../../reading';

/** Cost-allocation tags; each is activated once in the billing console. */
const wanted = ['project', 'environment', 'owner'] as const;

export const costTags: MlRule = {
  id: 'cost-tags',
  policy: 'COST-6',
  resources: [
    'AWS::SageMaker::Endpoint',
    'AWS::SageMaker::EndpointConfig',
    'AWS::SageMaker::Model',
    'AWS::SageMaker::ModelPackageGroup',
    'AWS::SageMaker::NotebookInstance',
    'AWS::SageMaker::Domain',
    'AWS::SageMaker::Pipeline',
    'AWS::SageMaker::FeatureGroup',
    'AWS::S3::Bucket',
  ],
  what: 'A cost-allocation tag is missing.',
  why: 'What it costs cannot be charged to a project, an environment and a person.',
  check: ({ properties }) => {
    const tags = tagsOf(properties);
    return wanted.filter((tag) => !tags[tag]);
  },
};
