import type { GeneratorCallback, Tree } from '@nx/devkit';
import { InputError } from '@wa-ml/config';
import { formatReport, withoutModel } from '@wa-ml/project';
import { checked, configurationIn, requireModel } from '../../configuration-in-tree';
import { afterRemoval, takeOutOfReleases } from '../../model-on-aws';
import { withReadableErrors } from '../../readable-errors';
import { keepTreeInStep } from '../sync/generator';

export interface RemoveModelGeneratorOptions {
  /** Name of the model. */
  readonly name: string;
  /** Remove it without a question. In a terminal Nx asks; elsewhere it must be said. */
  readonly yes?: boolean;
}

/**
 * Takes a model out of wa-ml.json and of releases/, and deletes those of its files that nobody edited.
 * @throws ConfigurationError, InputError; the tree is then not written.
 */
export async function removeModelGenerator(
  tree: Tree,
  { name, yes }: RemoveModelGeneratorOptions,
): Promise<GeneratorCallback> {
  const before = configurationIn(tree);
  requireModel(before, name);
  // Nx says so in the environment: a dry run changes nothing, so there is nothing to confirm.
  if (!yes && process.env['NX_DRY_RUN'] !== 'true') {
    throw new InputError({
      code: 'NOT_CONFIRMED',
      what: `"${name}" is not removed: that was not confirmed.`,
      why: 'Its files that nobody edited would be deleted.',
      next: 'Say --yes, or --dry-run to see what would go.',
    });
  }
  const changed = withoutModel(before.text, name);
  checked(changed);
  const releases = takeOutOfReleases(tree, before.normalised, name);
  tree.write('wa-ml.json', changed);
  const outcome = keepTreeInStep(tree);
  const folder = `models/${name}/`;
  const stay = outcome.actions
    .filter(({ kind, path }) => kind === 'orphan' && path.startsWith(folder))
    .map(({ path }) => path);
  // uv made it from a pyproject.toml that is gone.
  if (!tree.exists(`${folder}pyproject.toml`)) tree.delete(`${folder}uv.lock`);
  return () =>
    void process.stdout.write(
      [
        `\n${formatReport(outcome)}`,
        ...releases.map((path) => `Took ${name} out of ${path}.\n`),
        ...(stay.length > 0 ? [`Edited, so they stay and are yours: ${stay.join(', ')}\n`] : []),
        `What Git ignores in ${folder} (data, results) stays too.\n\n`,
        afterRemoval(before.normalised, name),
      ].join(''),
    );
}

export default withReadableErrors(removeModelGenerator);
