import type { MlRule } from '../../ml-rule';
import { namesOf, processingJobs, trainingJobs } from '../../pipeline-steps';
import { isGiven } from '../../reading';

export const jobOutputsEncrypted: MlRule = {
  id: 'job-outputs-encrypted',
  policy: 'SEC-1',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'A job writes its results without a key of your own.',
  why: 'Weights and reports carry what was learnt from the data.',
  check: (pipeline) => [
    ...namesOf(
      trainingJobs(pipeline),
      ({ request }) => !isGiven(request, 'OutputDataConfig', 'KmsKeyId'),
    ),
    ...namesOf(
      processingJobs(pipeline),
      ({ request }) =>
        isGiven(request, 'ProcessingOutputConfig') &&
        !isGiven(request, 'ProcessingOutputConfig', 'KmsKeyId'),
    ),
  ],
};
