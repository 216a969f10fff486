import type {
  EndpointSettings,
  NormalisedConfiguration,
  NormalisedEnvironment,
} from '../normalise';
import type { Problem } from '../problems';
import type { Configuration } from '../schema';
import { writtenAt } from './written-at';

/** One model in one environment, for rules about how it is served. */
export interface OneEndpoint {
  readonly model: string;
  readonly environment: NormalisedEnvironment;
  readonly endpoint: EndpointSettings;
  /** Where a setting of it was written. */
  at(field: string): readonly string[];
}

/** What a rule finds in each model of each environment. */
export function everyEndpoint(
  configuration: NormalisedConfiguration,
  written: Configuration,
  check: (one: OneEndpoint) => Omit<Problem, 'rule'>[],
): Omit<Problem, 'rule'>[] {
  return Object.values(configuration.models).flatMap((model) =>
    Object.values(configuration.environments).flatMap((environment) =>
      check({
        model: model.name,
        environment,
        endpoint: model.in[environment.name]!.endpoint,
        at: (field) => writtenAt(written, model.name, environment.name, 'endpoint', field),
      }),
    ),
  );
}
