import { neuronFamilies } from '../accelerators';
import { isProgram } from '../flavours';
import { instanceFamily } from '../instances';
import type { Rule } from './rule';
import { writtenAt } from './written-at';

/** Our training image has PyTorch for CPUs and NVIDIA GPUs; on AWS's own accelerators it would use the CPU alone. */
export const neuronTraining: Rule = {
  id: 'neuron-training',
  check: (configuration, written) =>
    Object.values(configuration.models)
      .filter(({ flavour }) => !isProgram(flavour)) // its image has what its people put in
      .flatMap((model) =>
        Object.entries(model.in)
          .filter(([, { training }]) =>
            neuronFamilies.includes(instanceFamily(training.instanceType) ?? ''),
          )
          .map(([environment, { training }]) => ({
            path: writtenAt(written, model.name, environment, 'training', 'instanceType'),
            what: `${training.instanceType} has Neuron accelerators, and the training image has no Neuron SDK.`,
            why: 'PyTorch would train on its CPU, and the accelerators would be paid for nothing.',
            instead: 'ml.g5.xlarge, or another instance with NVIDIA GPUs',
          })),
      ),
};
