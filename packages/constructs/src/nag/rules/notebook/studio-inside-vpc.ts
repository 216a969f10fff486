import type { MlRule } from '../../ml-rule';
import { at } from '../../reading';

export const studioInsideVpc: MlRule = {
  id: 'studio-inside-vpc',
  policy: 'SEC-3',
  resources: ['AWS::SageMaker::Domain'],
  what: 'Notebooks of the Studio domain reach the internet directly.',
  why: 'Data can leave by any of them: AppNetworkAccessType VpcOnly sends all traffic through your network.',
  check: ({ properties }) => at(properties, 'AppNetworkAccessType') === 'VpcOnly',
};
