import type { MlRule } from '../../ml-rule';
import { listAt } from '../../reading';

export const endpointRollbackAlarms: MlRule = {
  id: 'endpoint-rollback-alarms',
  policy: 'OPS-8',
  resources: ['AWS::SageMaker::Endpoint'],
  what: 'No alarm takes a bad release of this endpoint back.',
  why: 'A release that fails under traffic stays until somebody notices; SageMaker goes back by itself on an alarm.',
  check: ({ properties }) =>
    listAt(properties, 'DeploymentConfig', 'AutoRollbackConfiguration', 'Alarms').length > 0,
};
