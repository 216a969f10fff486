import type { MlRule } from '../../ml-rule';
import { namesOf, trainingJobs } from '../../pipeline-steps';
import { at, isGiven } from '../../reading';

export const trainingOnSpot: MlRule = {
  id: 'training-on-spot',
  policy: 'COST-3',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'A training job outside production pays the full price.',
  why: 'Spot capacity costs up to 90 % less and the runtime resumes from its checkpoints; a warm pool, which excludes spot, is a reason too.',
  check: (pipeline) =>
    pipeline.tier === 'production' ||
    namesOf(
      trainingJobs(pipeline),
      ({ request }) =>
        at(request, 'EnableManagedSpotTraining') !== true &&
        !isGiven(request, 'ResourceConfig', 'KeepAlivePeriodInSeconds'),
    ),
};
