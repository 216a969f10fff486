import { apiLimits } from './api-settings';
import type { NormalisedConfiguration } from './normalise';

/**
 * Regions that stacks of an environment are in: its own first, then its recovery region, and that of CloudFront's
 * firewalls where an API answers by it.
 */
export function deploymentRegions(
  { environments, models }: Pick<NormalisedConfiguration, 'environments' | 'models'>,
  environmentName: string,
): string[] {
  const { region, recoveryRegion } = environments[environmentName]!;
  const hasEdge = Object.values(models).some(
    (model) => model.in[environmentName]!.endpoint.api?.cloudFront !== undefined,
  );
  return [
    ...new Set([
      region,
      ...(recoveryRegion === undefined ? [] : [recoveryRegion]),
      ...(hasEdge ? [apiLimits.cloudFrontRegion] : []),
    ]),
  ];
}
