import type { MlRule } from '../../ml-rule';
import { namesOf, trainingJobs } from '../../pipeline-steps';
import { isGiven } from '../../reading';

export const trainingTimeLimited: MlRule = {
  id: 'training-time-limited',
  policy: 'COST-5',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'A training job that hangs is paid for until the default limit of a day.',
  why: 'StoppingCondition.MaxRuntimeInSeconds ends it when it takes longer than it should.',
  check: (pipeline) =>
    namesOf(
      trainingJobs(pipeline),
      ({ request }) => !isGiven(request, 'StoppingCondition', 'MaxRuntimeInSeconds'),
    ),
};
