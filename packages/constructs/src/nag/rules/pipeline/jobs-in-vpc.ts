import type { MlRule } from '../../ml-rule';
import { namesOf, processingJobs, trainingJobs } from '../../pipeline-steps';
import { listAt, type Json } from '../../reading';

const isInside = (vpc: readonly (string | number)[], request: Json): boolean =>
  listAt(request, ...vpc, 'Subnets').length > 0 &&
  listAt(request, ...vpc, 'SecurityGroupIds').length > 0;

export const jobsInVpc: MlRule = {
  id: 'jobs-in-vpc',
  policy: 'SEC-3',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'A job runs outside of your network.',
  why: 'Only inside it do security groups, endpoint policies and flow logs apply to what reads the data.',
  check: (pipeline) => [
    ...namesOf(trainingJobs(pipeline), ({ request }) => !isInside(['VpcConfig'], request)),
    ...namesOf(
      processingJobs(pipeline),
      ({ request }) => !isInside(['NetworkConfig', 'VpcConfig'], request),
    ),
  ],
};
