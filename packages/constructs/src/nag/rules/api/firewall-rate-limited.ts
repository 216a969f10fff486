import type { MlRule } from '../../ml-rule';
import { isGiven, listAt, textAt } from '../../reading';

export const firewallRateLimited: MlRule = {
  id: 'firewall-rate-limited',
  policy: 'SEC-6',
  resources: ['AWS::WAFv2::WebACL'],
  what: "The firewall does not limit an address, or leaves it to AWS's rules.",
  why: 'Managed rules know attacks and no load: a rate for each address is what stops one caller from taking all of it.',
  check: ({ properties }) => {
    const rules = listAt(properties, 'Rules');
    const isLimited = rules.some((rule) => isGiven(rule, 'Statement', 'RateBasedStatement'));
    const isManaged = rules.some(
      (rule) => textAt(rule, 'Statement', 'ManagedRuleGroupStatement', 'VendorName') === 'AWS',
    );
    return [...(isLimited ? [] : ['rate']), ...(isManaged ? [] : ['managed rules'])];
  },
};
