import { missedCall, type AlarmEntry } from './alarm-shapes';

/** Alarms of what starts by the clock. */
export const scheduleAlarms: readonly AlarmEntry[] = [
  missedCall({
    id: 'training-not-started',
    capability: 'training',
    title: 'Training not started',
    meaning: 'A scheduled training could not be started, after all retries.',
  }),
  missedCall({
    id: 'schedule-missed',
    capability: 'serving',
    title: 'A schedule was missed',
    meaning: 'A scheduled start or stop of an endpoint, or of a batch transform, was not accepted.',
  }),
  missedCall({
    id: 'registry-export-not-started',
    capability: 'recovery',
    title: 'Registry export not started',
    meaning: 'The nightly export of the registry could not be started, after all retries.',
  }),
];
