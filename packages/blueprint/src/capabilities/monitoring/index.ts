import { resourceName, type NormalisedConfiguration } from '@wa-ml/config';
import { planTemplates, type Capability } from '../../capability';
import { repositoryVariables } from '../../variables';

/** The stack of each model’s dashboard and notices, and what they show. */
export const monitoring: Capability = {
  word: 'monitoring',
  applies: () => true,
  plan: (context) =>
    planTemplates(context, 'monitoring', {
      ...repositoryVariables(context),
      dashboards: dashboards(context.configuration),
    }),
};

/** Hosts of the consoles that are not that of the partition `aws`. Source: AWS General Reference. */
const consoles: readonly (readonly [prefix: string, host: string])[] = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
];

/**
 * The dashboards of each environment, with the page that lists them. They are not listed by model: two branches that
 * each add a model would both change the page (docs/decisions/0007).
 */
function dashboards(configuration: NormalisedConfiguration) {
  return Object.values(configuration.environments).map(({ name: environment, region }) => {
    const host =
      consoles.find(([prefix]) => region.startsWith(prefix))?.[1] ??
      `${region}.console.aws.amazon.com`;
    return {
      environment,
      name: resourceName(configuration, '<model>', environment),
      url: `https://${host}/cloudwatch/home?region=${region}#dashboards:`,
    };
  });
}
