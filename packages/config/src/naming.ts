import type { NormalisedConfiguration } from './normalise';

/**
 * Name of a model's endpoint, model package group and job prefix in one environment.
 * At most 63 characters (SageMaker's limit); the rule `name-length` refuses longer ones.
 */
export function resourceName(
  configuration: Pick<NormalisedConfiguration, 'name'>,
  model: string,
  environment: string,
): string {
  return `${configuration.name}-${model}-${environment}`;
}

/** What names of an environment's own resources begin with. At most 49 characters. */
export function resourcePrefix(
  configuration: Pick<NormalisedConfiguration, 'name'>,
  environment: string,
): string {
  return `${configuration.name}-${environment}`;
}

/** Name of a CloudFormation stack: at most 128 characters. */
export function stackName(
  configuration: Pick<NormalisedConfiguration, 'name'>,
  environment: string,
  capability: string,
  model?: string,
): string {
  return [configuration.name, environment, capability, model].filter(Boolean).join('-');
}
