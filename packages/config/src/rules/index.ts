import { detectionOnce } from './detection-once';
import { apiFrontDoor } from './api-front-door';
import { apiGatewayAccount } from './api-gateway-account';
import { dataPipeline } from './data-pipeline';
import { endedInstances } from './ended-instances';
import { endpointPair } from './endpoint-pair';
import { endpointSettingsFit } from './endpoint-settings-fit';
import { endpointSizes } from './endpoint-sizes';
import { environmentsExist } from './environments-exist';
import { highAvailability } from './high-availability';
import { hostingInstances } from './hosting-instances';
import { instanceRange } from './instance-range';
import { irreversible } from './irreversible';
import { nameLength } from './name-length';
import { networkTraining } from './network-training';
import { neuronTraining } from './neuron-training';
import { precisionDevice } from './precision-device';
import { programSettings } from './program-settings';
import { recoveryRegion } from './recovery-region';
import { reservedNames } from './reserved-names';
import { rollbackInTime } from './rollback-in-time';
import type { Rule } from './rule';
import { strategyInstances } from './strategy-instances';
import { trainingSchedule } from './training-schedule';
import { tuningSpace } from './tuning-space';
import { workingHoursFit } from './working-hours';

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
  programSettings,
  precisionDevice,
  neuronTraining,
  tuningSpace,
  recoveryRegion,
  irreversible,
  detectionOnce,
  apiFrontDoor,
  apiGatewayAccount,
  endpointPair,
  endpointSettingsFit,
  endpointSizes,
  hostingInstances,
  rollbackInTime,
  workingHoursFit,
  dataPipeline,
  trainingSchedule,
];
