import { trainingProcesses } from '../accelerators';
import { isNetwork, isProgram } from '../flavours';
import type { TrainingSettings } from '../normalise';
import type { Rule } from './rule';
import { writtenAt } from './written-at';

type Complaint = { field: 'instances' | 'strategy'; what: string; why: string; instead: string };

/**
 * A strategy needs processes to spread over, and no more than it uses are paid for.
 * A program of people's own has none: SageMaker starts it on every host, and what they do there is its own.
 */
export const strategyInstances: Rule = {
  id: 'strategy-instances',
  check: (configuration, written) =>
    Object.values(configuration.models)
      .filter(({ flavour }) => !isProgram(flavour))
      .flatMap((model) =>
        Object.entries(model.in).flatMap(([environment, { training }]) =>
          complaints(training, isNetwork(model.flavour)).map(({ field, ...problem }) => ({
            path: writtenAt(written, model.name, environment, 'training', field),
            ...problem,
          })),
        ),
      ),
};

function complaints(training: TrainingSettings, isNetwork: boolean): Complaint[] {
  const { strategy, instances, instanceType } = training;
  if (strategy === 'single' && instances > 1) {
    return [
      {
        field: 'instances',
        what: `${instances} hosts are paid for, and strategy "single" uses one.`,
        why: 'One process cannot span hosts.',
        instead: isNetwork ? '1, or "strategy": "ddp"' : '1',
      },
    ];
  }
  if (strategy === 'fsdp' && trainingProcesses(training) === 1) {
    return [
      {
        field: 'strategy',
        what: `Strategy "fsdp" is asked for, and ${instances} x ${instanceType} is one process.`,
        why: 'It shards the model over processes, one for each GPU or CPU host; one process has nothing to shard.',
        instead: '"single", two or more instances, or an instance type with several GPUs',
      },
    ];
  }
  return [];
}
