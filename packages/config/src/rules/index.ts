import { endedInstances } from './ended-instances';
import { environmentsExist } from './environments-exist';
import { highAvailability } from './high-availability';
import { instanceRange } from './instance-range';
import { nameLength } from './name-length';
import { networkTraining } from './network-training';
import { neuronTraining } from './neuron-training';
import { precisionDevice } from './precision-device';
import { reservedNames } from './reserved-names';
import type { Rule } from './rule';
import { strategyInstances } from './strategy-instances';
import { trainingSchedule } from './training-schedule';
import { tuningSpace } from './tuning-space';

export type { Rule } from './rule';

/** All rules; a new one is a file beside these and a line here. */
export const rules: readonly Rule[] = [
  environmentsExist,
  reservedNames,
  nameLength,
  endedInstances,
  instanceRange,
  highAvailability,
  strategyInstances,
  networkTraining,
  precisionDevice,
  neuronTraining,
  tuningSpace,
  trainingSchedule,
];
