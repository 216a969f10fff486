import type { AlarmDimension, AlarmKind } from './alarms';

/** What tells alarms of one shape apart. */
type Words = Pick<AlarmKind, 'id' | 'capability' | 'title' | 'meaning' | 'endpointTypes'>;

/** A kind of alarm before its runbook is named. */
export type AlarmEntry = Omit<AlarmKind, 'runbook'>;

/** One in five minutes is one too many; somebody reads of it the same day, and no data is good news. */
export const oneIsTooMany = {
  severity: 'warning',
  comparison: 'at-least',
  threshold: 1,
  periodSeconds: 300,
  datapoints: 1,
  missingData: 'fine',
  rollsBack: false,
} as const;

/** A call that was missed: after all tries its message lies in a dead-letter queue. */
export function missedCall(words: Words): AlarmEntry {
  return {
    ...words,
    ...oneIsTooMany,
    metric: metric('AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Maximum', 'QueueName'),
    unit: 'messages in the dead-letter queue',
  };
}

/** An execution of a state machine that failed. */
export function failedExecution(words: Words): AlarmEntry {
  return {
    ...words,
    ...oneIsTooMany,
    metric: metric('AWS/States', 'ExecutionsFailed', 'Sum', 'StateMachineArn'),
    unit: 'executions',
  };
}

const metric = (namespace: string, name: string, statistic: string, dimension: AlarmDimension) =>
  ({ kind: 'metric', namespace, name, statistic, dimensions: [dimension] }) as const;
