import type { MlRule } from '../../ml-rule';
import { textAt } from '../../reading';

export const alarmHasRunbook: MlRule = {
  id: 'alarm-has-runbook',
  policy: 'OPS-6',
  resources: ['AWS::CloudWatch::Alarm'],
  what: 'The alarm does not say which runbook to open.',
  why: 'It wakes somebody who has never seen it: its description names a file of runbooks/ or a link.',
  check: ({ properties }) => /runbooks\/|https?:\/\//.test(textAt(properties, 'AlarmDescription')),
};
