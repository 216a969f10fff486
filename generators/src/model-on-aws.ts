import type { Tree } from '@nx/devkit';
import { resourceName, stackName, type NormalisedConfiguration } from '@wa-ml/config';
import { withoutRelease } from '@wa-ml/project';

/**
 * Takes a model out of every releases/<environment>.json: a model that later gets its name must not run its release.
 * @returns the files that changed.
 * @throws ReleasesError before anything is written.
 */
export function takeOutOfReleases(
  tree: Tree,
  { environments }: NormalisedConfiguration,
  model: string,
): string[] {
  const changed = Object.keys(environments).flatMap((environment) => {
    const path = `releases/${environment}.json`;
    const text = tree.read(path, 'utf8');
    const without = text === null ? undefined : withoutRelease(text, path, model);
    return without === undefined ? [] : [{ path, without }];
  });
  for (const { path, without } of changed) tree.write(path, without);
  return changed.map(({ path }) => path);
}

/** The commands that delete what a model has on AWS: a deployment never does, since it no longer knows the stacks. */
export function deleteStacks(configuration: NormalisedConfiguration, model: string): string {
  return Object.values(configuration.environments)
    .flatMap(({ name, account, region, tier }) => [
      `  # ${name}, account ${account}${tier === 'production' ? ' (take its termination protection off first)' : ''}\n`,
      // The endpoint reads from the registry, so it goes first.
      ...(['serving', 'training'] as const).map(
        (capability) =>
          `  aws cloudformation delete-stack --region ${region} --stack-name ${stackName(configuration, name, capability, model)}\n`,
      ),
    ])
    .join('');
}

/** What the people have to do on AWS after a model was removed. */
export function afterRemoval(configuration: NormalisedConfiguration, model: string): string {
  return `On AWS ${model} runs on, and costs, until its stacks are deleted; do that before the next deployment:\n${deleteStacks(configuration, model)}`;
}

/** What the people have to do on AWS after a model was renamed. */
export function afterRenaming(
  configuration: NormalisedConfiguration,
  from: string,
  to: string,
): string {
  const [first] = Object.keys(configuration.environments);
  return [
    `On AWS ${to} is a new model, since every name there carries the model's: ${from} goes on serving until you delete it.`,
    'To move the traffic:',
    `  1. Deploy: the stacks of ${to} come up beside those of ${from}.`,
    `  2. Copy ${from}/ to ${to}/ in the data bucket of each environment that trains.`,
    `  3. Train and approve ${to}, then: npx wa-ml promote ${to} --to ${first}, and so on. Packages of ${from} cannot be taken over: the roles of ${to} may not read them.`,
    `  4. Point the callers from ${resourceName(configuration, from, first!)} to ${resourceName(configuration, to, first!)}, in each environment.`,
    `  5. Delete ${from}:`,
    deleteStacks(configuration, from),
  ].join('\n');
}
