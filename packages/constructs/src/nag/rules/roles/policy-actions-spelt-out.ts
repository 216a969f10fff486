import type { MlRule } from '../../ml-rule';
import { at, listAt, textAt, type Json } from '../../reading';

export const policyActionsSpeltOut: MlRule = {
  id: 'policy-actions-spelt-out',
  policy: 'SEC-4',
  resources: ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role'],
  what: 'A policy allows everything, or everything of a service.',
  why: 'It grows with every new action of AWS; nobody has decided on those.',
  check({ properties, type }) {
    const documents =
      type === 'AWS::IAM::Role'
        ? listAt(properties, 'Policies').map((policy) => at(policy, 'PolicyDocument'))
        : [at(properties, 'PolicyDocument')];
    return [...new Set(documents.flatMap(allowed).filter(isEverything))];
  },
};

function allowed(document: Json): string[] {
  return listAt(document, 'Statement')
    .filter((statement) => textAt(statement, 'Effect') !== 'Deny')
    .flatMap((statement) => {
      const actions = at(statement, 'Action');
      return (Array.isArray(actions) ? actions : [actions]).map(String);
    });
}

const isEverything = (action: string): boolean => action === '*' || action.endsWith(':*');
