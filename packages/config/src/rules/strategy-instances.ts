import { trainingProcesses } from '../accelerators';
import type { TrainingSettings } from '../normalise';
import type { Rule } from './rule';
import { writtenAt } from './written-at';

type Complaint = { field: 'instances' | 'strategy'; what: string; why: string; instead: string };

/** A strategy needs processes to spread over, and no more than it uses are paid for. */
export const strategyInstances: Rule = {
  id: 'strategy-instances',
  check: (configuration, written) =>
    Object.values(configuration.models).flatMap((model) =>
      Object.entries(model.in).flatMap(([environment, { training }]) =>
        complaints(training).map(({ field, ...problem }) => ({
          path: writtenAt(written, model.name, environment, 'training', field),
          ...problem,
        })),
      ),
    ),
};

function complaints(training: TrainingSettings): Complaint[] {
  const { strategy, instances, instanceType } = training;
  if (strategy === 'single' && instances > 1) {
    return [
      {
        field: 'instances',
        what: `${instances} hosts are paid for, and strategy "single" uses one.`,
        why: 'One process cannot span hosts.',
        instead: '1, or "strategy": "ddp"',
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
