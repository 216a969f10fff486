import { endpointTraits } from '../endpoint-types';
import type { Rule } from './rule';
import { writtenAt } from './written-at';

export const instanceRange: Rule = {
  id: 'instance-range',
  check: (configuration, written) =>
    Object.values(configuration.models).flatMap((model) =>
      Object.entries(model.in)
        .filter(([, { endpoint }]) => endpointTraits[endpoint.type].isEndpoint)
        .filter(([, { endpoint }]) => endpoint.max < endpoint.min)
        .map(([environment, { endpoint }]) => ({
          path: writtenAt(written, model.name, environment, 'endpoint', 'max'),
          what: `in "${environment}" the most instances (${endpoint.max}) are fewer than the fewest (${endpoint.min}).`,
          why: 'Application Auto Scaling refuses a maximum capacity below the minimum.',
          instead: `${endpoint.min} or more`,
        })),
    ),
};
