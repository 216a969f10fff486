import type { MlRule } from '../../ml-rule';
import { listAt } from '../../reading';

export const modelInVpc: MlRule = {
  id: 'model-in-vpc',
  policy: 'SEC-3',
  resources: ['AWS::SageMaker::Model'],
  what: 'The endpoint runs outside of your network.',
  why: 'Only inside it do security groups, endpoint policies and flow logs apply.',
  check: ({ properties }) =>
    listAt(properties, 'VpcConfig', 'Subnets').length > 0 &&
    listAt(properties, 'VpcConfig', 'SecurityGroupIds').length > 0,
};
