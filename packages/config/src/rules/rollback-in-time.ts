import { alarms } from '../alarms';
import { needsHighAvailability } from '../normalise';
import { operationalExcellence } from '../policies/operational-excellence';
import { rollbackSeconds } from '../policies/rollback';
import { effectiveRollout } from '../rollout';
import { everyEndpoint } from './every-endpoint';
import type { Rule } from './rule';

/** Where the policies of production bind, a bad release is gone within five minutes (OPS-8). */
export const rollbackInTime: Rule = {
  id: 'rollback-in-time',
  check: (configuration, written) =>
    everyEndpoint(configuration, written, ({ environment, endpoint, at }) => {
      if (!needsHighAvailability(environment)) return [];
      const { type } = effectiveRollout(endpoint);
      const slowest = Math.max(
        ...alarms.filter((kind) => kind.rollsBack).map((kind) => rollbackSeconds(kind, type)),
      );
      const { maxSeconds } = operationalExcellence.rollback;
      return slowest <= maxSeconds
        ? []
        : [
            {
              path: at('rollout'),
              what: `in "${environment.name}" a ${type} release could take ${Math.round(slowest / 60)} minutes to go back.`,
              why: `Policy OPS-8: less than ${maxSeconds / 60} minutes. A rolling update takes the old instances away as it goes, and going back starts them anew.`,
              instead: '"canary" or "linear"; rolling is for environments that are not critical',
            },
          ];
    }),
};
