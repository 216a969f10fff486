import type { MlRule } from '../../ml-rule';

export const endpointBudgeted: MlRule = {
  id: 'endpoint-budgeted',
  policy: 'COST-1',
  resources: ['AWS::SageMaker::Endpoint'],
  what: 'Nobody is told what this endpoint costs: its environment has no budget.',
  why: 'An endpoint is paid for by the hour, used or not.',
  check: (endpoint) => endpoint.inEnvironment('AWS::Budgets::Budget').length > 0,
};
