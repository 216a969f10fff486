import type { MlRule } from '../../ml-rule';
import { namesOf, trainingJobs } from '../../pipeline-steps';
import { at, isGiven, numberAt } from '../../reading';

/** Longest time for which a warm pool is kept; in seconds. Source: ResourceConfig in the CreateTrainingJob API reference. */
const maxKeepAliveSeconds = 3600;

export const trainingCapacityExclusive: MlRule = {
  id: 'training-capacity-exclusive',
  policy: 'COST-3',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'SageMaker refuses this warm pool when the job starts.',
  why: 'Warm pools exclude spot capacity and are kept for up to 3600 s.',
  check: (pipeline) =>
    namesOf(trainingJobs(pipeline), ({ request }) => {
      if (!isGiven(request, 'ResourceConfig', 'KeepAlivePeriodInSeconds')) return false;
      const kept = numberAt(request, 'ResourceConfig', 'KeepAlivePeriodInSeconds') ?? 0;
      return kept > maxKeepAliveSeconds || at(request, 'EnableManagedSpotTraining') === true;
    }),
};
