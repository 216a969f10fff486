import type { MlRule } from '../../ml-rule';
import { listAt } from '../../reading';

export const trailDataEvents: MlRule = {
  id: 'trail-data-events',
  policy: 'SEC-5',
  resources: ['AWS::CloudTrail::Trail'],
  what: 'The trail does not record who reads data and models.',
  why: 'Reading an object is a data event, and a trail records none of those by default.',
  check: ({ properties }) =>
    listAt(properties, 'EventSelectors').some(
      (selector) => listAt(selector, 'DataResources').length > 0,
    ) || listAt(properties, 'AdvancedEventSelectors').length > 0,
};
