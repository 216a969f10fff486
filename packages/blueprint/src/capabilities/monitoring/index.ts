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

/** Every dashboard by its fixed name, with the page that shows it. */
function dashboards(configuration: NormalisedConfiguration) {
  return Object.keys(configuration.models).flatMap((model) =>
    Object.values(configuration.environments).map(({ name: environment, region }) => {
      const name = resourceName(configuration, model, environment);
      const host =
        consoles.find(([prefix]) => region.startsWith(prefix))?.[1] ??
        `${region}.console.aws.amazon.com`;
      const url = `https://${host}/cloudwatch/home?region=${region}#dashboards/dashboard/${name}`;
      return { model, environment, name, url };
    }),
  );
}
