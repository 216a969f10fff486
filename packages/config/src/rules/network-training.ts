import { networkFlavours } from '../schema';
import type { Rule } from './rule';
import { writtenAt } from './written-at';

/** What only a PyTorch training loop can do; a library that trains in one process takes the other value. */
const forNetworks = { strategy: { ddp: 'single' }, precision: { bf16: 'fp32' } } as const;

export const networkTraining: Rule = {
  id: 'network-training',
  check: (configuration, written) =>
    Object.values(configuration.models)
      .filter(({ flavour }) => !networkFlavours.includes(flavour))
      .flatMap((model) =>
        Object.entries(model.in).flatMap(([environment, { training }]) =>
          (['strategy', 'precision'] as const).flatMap((field) => {
            const instead = (forNetworks[field] as Record<string, string>)[training[field]];
            if (instead === undefined) return [];
            return {
              path: writtenAt(written, model.name, environment, 'training', field),
              what: `The flavour ${model.flavour} cannot train with ${field} "${training[field]}".`,
              why: 'Its library trains in one process with its own arithmetic; only PyTorch networks are spread and cast.',
              instead: `"${instead}", or leave it out`,
            };
          }),
        ),
      ),
};
