import { flavourTraits } from '../flavours';
import type { Rule } from './rule';
import { writtenAt } from './written-at';

/** What a library that trains in one process, with its own arithmetic, can be told. */
const withoutNetwork = { strategy: 'single', precision: 'fp32' } as const;

export const networkTraining: Rule = {
  id: 'network-training',
  check: (configuration, written) =>
    Object.values(configuration.models)
      .filter(({ flavour }) => flavourTraits[flavour].trainedBy === 'estimator')
      .flatMap((model) =>
        Object.entries(model.in).flatMap(([environment, { training }]) =>
          (['strategy', 'precision'] as const)
            .filter((field) => training[field] !== withoutNetwork[field])
            .map((field) => ({
              path: writtenAt(written, model.name, environment, 'training', field),
              what: `The flavour ${model.flavour} cannot train with ${field} "${training[field]}".`,
              why: 'Its library trains in one process with its own arithmetic; only PyTorch networks are spread and cast.',
              instead: `"${withoutNetwork[field]}", or leave it out`,
            })),
        ),
      ),
};
