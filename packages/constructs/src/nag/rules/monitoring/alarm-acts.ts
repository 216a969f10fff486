import type { MlRule } from '../../ml-rule';
import { listAt } from '../../reading';

export const alarmActs: MlRule = {
  id: 'alarm-acts',
  policy: 'OPS-4',
  resources: ['AWS::CloudWatch::Alarm'],
  what: 'The alarm changes its colour and tells nobody.',
  why: 'Nobody watches the console at night: an alarm tells a topic or moves instances.',
  check: ({ properties }) => listAt(properties, 'AlarmActions').length > 0,
};
