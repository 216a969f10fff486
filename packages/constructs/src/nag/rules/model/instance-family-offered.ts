import { endedFamilies, instanceFamily } from '@wa-ml/config';
import type { CheckedResource } from '../../checked-resource';
import type { MlRule } from '../../ml-rule';
import { processingJobs, trainingJobs } from '../../pipeline-steps';
import { listAt, textAt } from '../../reading';

export const instanceFamilyOffered: MlRule = {
  id: 'instance-family-offered',
  policy: 'PERF-1',
  resources: [
    'AWS::SageMaker::EndpointConfig',
    'AWS::SageMaker::NotebookInstance',
    'AWS::SageMaker::Pipeline',
  ],
  what: 'The instance family is no longer offered, or no new work should start on it.',
  why: 'The deployment or the job is refused; the table of ended families in @wa-ml/config names what replaces each.',
  check: (resource) => [
    ...new Set(
      instanceTypes(resource).filter((type) => (instanceFamily(type) ?? '') in endedFamilies),
    ),
  ],
};

function instanceTypes(resource: CheckedResource): string[] {
  const { properties, type } = resource;
  if (type === 'AWS::SageMaker::NotebookInstance') return [textAt(properties, 'InstanceType')];
  if (type === 'AWS::SageMaker::Pipeline') {
    return [
      ...trainingJobs(resource).map(({ request }) =>
        textAt(request, 'ResourceConfig', 'InstanceType'),
      ),
      ...processingJobs(resource).map(({ request }) =>
        textAt(request, 'ProcessingResources', 'ClusterConfig', 'InstanceType'),
      ),
    ];
  }
  return [
    ...listAt(properties, 'ProductionVariants'),
    ...listAt(properties, 'ShadowProductionVariants'),
  ].map((variant) => textAt(variant, 'InstanceType'));
}
