import { planTemplates, type Capability } from '../../capability';
import { jsonFile } from '../../planned-file';
import { repositoryVariables } from '../../variables';
import { versions } from '../../versions';

/** Packages that `infra/` needs to run; those that check it are the root's. */
const dependencies = ['aws-cdk-lib', 'cdk-nag', 'constructs'] as const;
const devDependencies = ['@types/node', 'aws-cdk', 'ts-node', 'typescript', 'vitest'] as const;

/** The CDK application: `infra/app.ts`, its package and the stack of keys, network, buckets and trail. */
export const foundation: Capability = {
  word: 'foundation',
  applies: () => true,
  plan: (context) => [
    ...planTemplates(context, 'foundation', repositoryVariables(context)),
    jsonFile('infra/package.json', 'managed', {
      name: 'infra',
      private: true,
      dependencies: {
        '@wa-ml/config': versions.waMl,
        '@wa-ml/constructs': versions.waMl,
        ...pinned(dependencies),
      },
      devDependencies: pinned(devDependencies),
    }),
  ],
};

function pinned(names: readonly (keyof typeof versions.npm)[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, versions.npm[name]]));
}
