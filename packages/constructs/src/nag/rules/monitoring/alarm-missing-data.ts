import type { MlRule } from '../../ml-rule';
import { isGiven } from '../../reading';

export const alarmMissingData: MlRule = {
  id: 'alarm-missing-data',
  policy: 'OPS-4',
  resources: ['AWS::CloudWatch::Alarm'],
  what: 'The alarm does not say what silence means.',
  why: 'No requests and no instances both send nothing: by default the alarm keeps the state that it had.',
  check: ({ properties }) => isGiven(properties, 'TreatMissingData'),
};
