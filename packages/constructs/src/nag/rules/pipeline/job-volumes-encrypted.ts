import { hasLocalStorage } from '../../../foundation/local-storage';
import type { MlRule } from '../../ml-rule';
import { namesOf, processingJobs, trainingJobs } from '../../pipeline-steps';
import { isGiven, textAt, type Json } from '../../reading';

const hasWrongKey = (resources: readonly string[], request: Json): boolean =>
  isGiven(request, ...resources, 'VolumeKmsKeyId') ===
  hasLocalStorage(textAt(request, ...resources, 'InstanceType'));

export const jobVolumesEncrypted: MlRule = {
  id: 'job-volumes-encrypted',
  policy: 'SEC-1',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'The volume of a job has the wrong key.',
  why: 'It wants a key of your own, unless its disk is a local one: the hardware encrypts that, and SageMaker refuses a key for it.',
  check: (pipeline) => [
    ...namesOf(trainingJobs(pipeline), ({ request }) => hasWrongKey(['ResourceConfig'], request)),
    ...namesOf(processingJobs(pipeline), ({ request }) =>
      hasWrongKey(['ProcessingResources', 'ClusterConfig'], request),
    ),
  ],
};
