import type { CheckedResource } from './checked-resource';
import { at, listAt, numberAt, textAt } from './reading';

/** An alarm that takes a release back, as far as its stack says how long it takes. */
export interface RollbackAlarm {
  readonly name: string;
  /** Seconds of bad data before it fires; 0 where the alarm is in another stack. */
  readonly seconds: number;
}

/** The alarms that an endpoint names for its rollback. */
export function rollbackAlarms(endpoint: CheckedResource): readonly RollbackAlarm[] {
  const alarms = endpoint.inStack('AWS::CloudWatch::Alarm');
  return listAt(
    endpoint.properties,
    ...['DeploymentConfig', 'AutoRollbackConfiguration', 'Alarms'],
  ).map((entry) => {
    const name = textAt(entry, 'AlarmName');
    const alarm = alarms.find(
      (candidate) =>
        candidate.isReferredToBy(at(entry, 'AlarmName')) ||
        textAt(candidate.properties, 'AlarmName') === name,
    );
    const period = numberAt(alarm?.properties, 'Period') ?? 0;
    const periods = numberAt(alarm?.properties, 'EvaluationPeriods') ?? 0;
    return { name: alarm?.logicalId ?? name, seconds: period * periods };
  });
}
