import { detectors, type Detector } from '../detection-settings';
import type { NormalisedEnvironment } from '../normalise';
import type { Rule } from './rule';

/** How many there can be, from the quotas of IAM Access Analyzer and GuardDuty. */
const scopes: Readonly<
  Record<Detector, { scope: string; of: (one: NormalisedEnvironment) => string }>
> = {
  accessAnalyzer: {
    scope: 'account and region',
    of: ({ account, region }) => `${account}/${region}`,
  },
  unusedAccess: { scope: 'account', of: ({ account }) => account },
  guardDuty: { scope: 'account and region', of: ({ account, region }) => `${account}/${region}` },
};

/** Two environments in one account cannot both create what it has one of. */
export const detectionOnce: Rule = {
  id: 'detection-once',
  check: ({ environments }) =>
    detectors.flatMap((detector) => {
      const { scope, of } = scopes[detector];
      const creating = Object.values(environments).filter(
        ({ detection }) => detection[detector] === 'create',
      );
      return creating.flatMap((environment, index) => {
        const first = creating.slice(0, index).find((other) => of(other) === of(environment));
        if (!first) return [];
        return [
          {
            path: ['environments', environment.name, 'detection', detector],
            what: `"${first.name}" already creates the ${detector} of ${of(environment)}.`,
            why: `There is one per ${scope}; AWS would refuse the second when it is deployed.`,
            instead: '"existing"',
          },
        ];
      });
    }),
};
