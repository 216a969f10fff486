import type { CheckedResource } from '../../checked-resource';
import type { MlRule } from '../../ml-rule';
import { at, listAt } from '../../reading';

export const functionRollbackAlarms: MlRule = {
  id: 'function-rollback-alarms',
  policy: 'OPS-8',
  resources: ['AWS::Lambda::Alias', 'AWS::CodeDeploy::DeploymentGroup'],
  what: 'A bad version of the function stays until somebody notices.',
  why: 'CodeDeploy moves an alias in steps and takes it back on an alarm, where the group has alarms and rolls back on them.',
  check: (resource) =>
    resource.type === 'AWS::Lambda::Alias'
      ? resource.inStack('AWS::CodeDeploy::DeploymentGroup').some(goesBack)
      : goesBack(resource),
};

function goesBack({ properties }: CheckedResource): boolean {
  const hasAlarms =
    at(properties, 'AlarmConfiguration', 'Enabled') === true &&
    listAt(properties, 'AlarmConfiguration', 'Alarms').length > 0;
  const events = listAt(properties, 'AutoRollbackConfiguration', 'Events');
  return hasAlarms && events.includes('DEPLOYMENT_STOP_ON_ALARM');
}
