import type { MlRule } from '../../ml-rule';
import { namesOf, processingJobs, trainingJobs } from '../../pipeline-steps';
import { listAt } from '../../reading';

export const jobsRetried: MlRule = {
  id: 'jobs-retried',
  policy: 'REL-6',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'A fault of the service ends the execution.',
  why: 'Throttling and missing capacity pass: RetryPolicies try again after a while.',
  check: (pipeline) =>
    namesOf(
      [...trainingJobs(pipeline), ...processingJobs(pipeline)],
      ({ step }) => listAt(step, 'RetryPolicies').length === 0,
    ),
};
