import type { AlarmKind } from './alarms';

/** Alarms of what starts by the clock. */
export const scheduleAlarms: readonly Omit<AlarmKind, 'runbook'>[] = [
  {
    id: 'training-not-started',
    capability: 'training',
    title: 'Training not started',
    meaning: 'A scheduled training could not be started, after all retries.',
    severity: 'warning',
    metric: {
      kind: 'metric',
      namespace: 'AWS/SQS',
      name: 'ApproximateNumberOfMessagesVisible',
      statistic: 'Maximum',
      dimensions: ['QueueName'],
    },
    comparison: 'at-least',
    threshold: 1,
    unit: 'starts in the dead-letter queue',
    periodSeconds: 300,
    datapoints: 1,
    missingData: 'fine',
    rollsBack: false,
  },
];
