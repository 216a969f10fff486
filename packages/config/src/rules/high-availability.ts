import { endpointTraits } from '../endpoint-types';
import {
  highAvailabilityInstances,
  needsHighAvailability,
  type EndpointSettings,
} from '../normalise';
import type { Rule } from './rule';
import { writtenAt } from './written-at';

/** Requests that wait in a queue or a bucket outlive the loss of an instance, and serverless has no instances. */
const bindsTo = ({ type }: EndpointSettings): boolean =>
  endpointTraits[type].answersAtOnce && endpointTraits[type].hasInstances;

/** Reliability policy: production endpoints run at least two instances over two zones. */
export const highAvailability: Rule = {
  id: 'high-availability',
  check: (configuration, written) =>
    Object.values(configuration.models).flatMap((model) =>
      Object.values(configuration.environments)
        .filter((environment) => needsHighAvailability(environment))
        .filter(
          (environment) =>
            bindsTo(model.in[environment.name]!.endpoint) &&
            model.in[environment.name]!.endpoint.min < highAvailabilityInstances,
        )
        .map((environment) => ({
          path: writtenAt(written, model.name, environment.name, 'endpoint', 'min'),
          what: `"${environment.name}" would run ${model.in[environment.name]!.endpoint.min} instance.`,
          why: `Reliability policy REL-3: production and critical endpoints need at least ${highAvailabilityInstances} instances, in two zones, for 99.9 %.`,
          instead: `${highAvailabilityInstances}, or leave it out: the default is right for each tier`,
        })),
    ),
};
