import type { MlRule } from '../../ml-rule';
import { namesOf, processingJobs, trainingJobs } from '../../pipeline-steps';
import { at } from '../../reading';

export const jobsIsolated: MlRule = {
  id: 'jobs-isolated',
  policy: 'SEC-3',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'The code of a job may call out.',
  why: 'SageMaker brings data and takes results: with network isolation a compromised dependency cannot send either away.',
  check: (pipeline) => [
    ...namesOf(
      trainingJobs(pipeline),
      ({ request }) => at(request, 'EnableNetworkIsolation') !== true,
    ),
    ...namesOf(
      processingJobs(pipeline),
      ({ request }) => at(request, 'NetworkConfig', 'EnableNetworkIsolation') !== true,
    ),
  ],
};
