import type { MlRule } from '../../ml-rule';
import { namesOf, trainingJobs } from '../../pipeline-steps';
import { at, isGiven, numberAt } from '../../reading';

export const spotTrainingResumes: MlRule = {
  id: 'spot-training-resumes',
  policy: 'REL-6',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'A spot job starts anew after each interruption, or is refused.',
  why: 'It needs a place for checkpoints, and a longest wait that is at least the longest run.',
  check: (pipeline) =>
    namesOf(trainingJobs(pipeline), ({ request }) => {
      if (at(request, 'EnableManagedSpotTraining') !== true) return false;
      const wait = numberAt(request, 'StoppingCondition', 'MaxWaitTimeInSeconds');
      const run = numberAt(request, 'StoppingCondition', 'MaxRuntimeInSeconds');
      return (
        !isGiven(request, 'CheckpointConfig', 'S3Uri') ||
        wait === undefined ||
        run === undefined ||
        wait < run
      );
    }),
};
