import { refusedPair } from '../endpoint-rollouts';
import { everyEndpoint } from './every-endpoint';
import type { Rule } from './rule';

/** A rollout that SageMaker does not have for the type of the endpoint: it would fall back in silence, or refuse it. */
export const endpointPair: Rule = {
  id: 'endpoint-pair',
  check: (configuration, written) =>
    everyEndpoint(configuration, written, ({ environment, endpoint, at }) => {
      const { type, rollout } = endpoint;
      const refused = refusedPair(type, rollout);
      return refused
        ? [
            {
              path: at('rollout'),
              what: `in "${environment.name}" the type ${type} has no rollout "${rollout}".`,
              why: refused.why,
              instead: `"${refused.instead}", or leave it out`,
            },
          ]
        : [];
    }),
};
