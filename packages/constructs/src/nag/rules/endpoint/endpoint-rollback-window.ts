import type { MlRule } from '../../ml-rule';
import { numberAt } from '../../reading';
import { rollbackAlarms } from '../../rollback-alarms';

export const endpointRollbackWindow: MlRule = {
  id: 'endpoint-rollback-window',
  policy: 'OPS-8',
  resources: ['AWS::SageMaker::Endpoint'],
  what: 'A rollback alarm watches for longer than the old fleet is kept.',
  why: 'When it fires there is nothing left to go back to.',
  check(endpoint) {
    const kept = numberAt(
      endpoint.properties,
      ...['DeploymentConfig', 'BlueGreenUpdatePolicy', 'TerminationWaitInSeconds'],
    );
    // A rolling update keeps no old fleet, and an update without a policy is another rule's business.
    if (kept === undefined) return true;
    return rollbackAlarms(endpoint)
      .filter(({ seconds }) => seconds > kept)
      .map(({ name }) => name);
  },
};
