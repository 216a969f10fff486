import type { MlRule } from '../../ml-rule';
import { namesOf, trainingJobs } from '../../pipeline-steps';
import { at, numberAt } from '../../reading';

export const trainingHostsEncrypted: MlRule = {
  id: 'training-hosts-encrypted',
  policy: 'SEC-2',
  resources: ['AWS::SageMaker::Pipeline'],
  what: 'Gradients travel between the training hosts in the clear.',
  why: 'They give away the data that they come from: EnableInterContainerTrafficEncryption.',
  check: (pipeline) =>
    namesOf(
      trainingJobs(pipeline),
      ({ request }) =>
        (numberAt(request, 'ResourceConfig', 'InstanceCount') ?? 2) > 1 &&
        at(request, 'EnableInterContainerTrafficEncryption') !== true,
    ),
};
