import { settingsOfTypes } from '../endpoint-types';
import type { NormalisedModel } from '../normalise';
import type { Problem } from '../problems';
import type { Configuration } from '../schema';
import type { Rule } from './rule';

/** A setting that the type of the endpoint does not have: nothing would read it. */
export const endpointSettingsFit: Rule = {
  id: 'endpoint-settings-fit',
  check: (configuration, written) =>
    Object.values(configuration.models).flatMap((model) =>
      Object.keys(settingsOfTypes).flatMap((field) => {
        const whole = written.models[model.name];
        return whole ? problemsOf(field, model, whole) : [];
      }),
    ),
};

function problemsOf(
  field: string,
  { name, in: environments }: NormalisedModel,
  written: Configuration['models'][string],
): Omit<Problem, 'rule'>[] {
  const types = settingsOfTypes[field]!;
  const isIn = (settings: object | undefined) => settings !== undefined && field in settings;
  const overrides = (environment: string) => isIn(written.environments?.[environment]?.endpoint);
  const fits = (environment: string) => types.includes(environments[environment]!.endpoint.type);
  const all = Object.keys(environments);
  const inheriting = all.filter((environment) => !overrides(environment));
  const problem = (path: readonly string[], environment: string) => ({
    path: [...path, 'endpoint', field],
    what: `${field} is no setting of the type ${environments[environment]!.endpoint.type}.`,
    why:
      field === 'instanceType'
        ? 'SageMaker chooses the machines of a serverless endpoint, which have no GPU.'
        : `Only ${types.join(', ')} ${types.length === 1 ? 'has' : 'have'} it.`,
    instead: 'nothing: take it out, or change the type',
  });
  return [
    // What all environments inherit is right where one of them can use it.
    ...(isIn(written.endpoint) && inheriting.length > 0 && !inheriting.some(fits)
      ? [problem(['models', name], inheriting[0]!)]
      : []),
    ...all
      .filter((environment) => overrides(environment) && !fits(environment))
      .map((environment) => problem(['models', name, 'environments', environment], environment)),
  ];
}
