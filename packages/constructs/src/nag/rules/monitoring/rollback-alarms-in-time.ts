import { metricDelaySeconds, operationalExcellence, trafficShiftBackSeconds } from '@wa-ml/config';
import type { MlRule } from '../../ml-rule';
import { at } from '../../reading';
import { rollbackAlarms } from '../../rollback-alarms';

export const rollbackAlarmsInTime: MlRule = {
  id: 'rollback-alarms-in-time',
  policy: 'OPS-8',
  resources: ['AWS::SageMaker::Endpoint'],
  what: 'A rollback would take longer than five minutes.',
  why: 'From the first bad answer: the delay of the metric, the periods of the alarm, and the way back of the traffic.',
  check: (endpoint) => [
    // Its old instances are gone by then, and new ones start: where production's policies bind it is too slow.
    ...(endpoint.tier === 'production' &&
    at(endpoint.properties, 'DeploymentConfig', 'RollingUpdatePolicy') !== undefined
      ? ['RollingUpdatePolicy']
      : []),
    ...rollbackAlarms(endpoint)
      .filter(
        ({ seconds }) =>
          metricDelaySeconds + seconds + trafficShiftBackSeconds >
          operationalExcellence.rollback.maxSeconds,
      )
      .map(({ name }) => name),
  ],
};
