import type { MlRule } from '../../ml-rule';
import { at, listAt, type Json } from '../../reading';

/** Condition keys that tie a service's use of a role to one account or one resource. */
const keys = ['aws:SourceAccount', 'aws:SourceArn', 'aws:PrincipalAccount'];

export const roleForThisAccount: MlRule = {
  id: 'role-for-this-account',
  policy: 'SEC-4',
  resources: ['AWS::IAM::Role'],
  what: 'SageMaker could be talked into using the role for somebody else.',
  why: 'The trust policy needs aws:SourceAccount: without it any account that SageMaker serves is trusted.',
  check: ({ properties }) =>
    listAt(properties, 'AssumeRolePolicyDocument', 'Statement')
      .filter((statement) => services(statement).includes('sagemaker.amazonaws.com'))
      .every((statement) => hasSourceCondition(at(statement, 'Condition'))),
};

function services(statement: Json): readonly Json[] {
  const service = at(statement, 'Principal', 'Service');
  return Array.isArray(service) ? service : [service];
}

const hasSourceCondition = (condition: Json): boolean =>
  Object.values((condition ?? {}) as Record<string, Json>).some((operator) =>
    keys.some((key) => at(operator, key) !== undefined),
  );
