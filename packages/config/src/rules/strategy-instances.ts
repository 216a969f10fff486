import { networkFlavours } from '../schema';
import type { Rule } from './rule';
import { writtenAt } from './written-at';

export const strategyInstances: Rule = {
  id: 'strategy-instances',
  check: (configuration, written) =>
    Object.values(configuration.models).flatMap((model) =>
      Object.entries(model.in)
        .filter(([, { training }]) => training.strategy === 'single' && training.instances > 1)
        .map(([environment, { training }]) => ({
          path: writtenAt(written, model.name, environment, 'training', 'instances'),
          what: `${training.instances} hosts are paid for, and strategy "single" uses one.`,
          why: 'One process cannot span hosts.',
          instead: networkFlavours.includes(model.flavour) ? '1, or "strategy": "ddp"' : '1',
        })),
    ),
};
