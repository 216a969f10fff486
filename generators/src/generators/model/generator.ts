import { join, resolve } from 'node:path';
import type { GeneratorCallback, Tree } from '@nx/devkit';
import type { Flavour } from '@wa-ml/config';
import { formatReport, lockPythonPackages, readPeopleData, withModel } from '@wa-ml/project';
import { configurationIn, requireNoModel, writeConfiguration } from '../../configuration-in-tree';
import { withReadableErrors } from '../../readable-errors';
import { lockAsSibling } from '../../uv-lock';
import { keepTreeInStep } from '../sync/generator';

/** Options of `nx generate @wa-ml/nx:model`; its schema is made from the schema of wa-ml.json. */
export interface ModelGeneratorOptions {
  /** Name of the model: lower-case letters, digits and single hyphens. */
  readonly name: string;
  /** @default 'pytorch-tabular' */
  readonly flavour?: Flavour;
  /** A CSV file of people's own data, relative to the current folder; Git ignores the copy in the model's folder. */
  readonly data?: string;
  /** The column of `data` to predict. */
  readonly target?: string;
}

/**
 * Adds a model to wa-ml.json and brings the tree in step.
 * @throws ConfigurationError, DataError, InputError; the tree is then not written.
 */
export async function modelGenerator(
  tree: Tree,
  options: ModelGeneratorOptions,
): Promise<GeneratorCallback> {
  const before = configurationIn(tree);
  requireNoModel(before, options.name);
  const data =
    options.data === undefined
      ? undefined
      : readPeopleData(resolve(process.env['INIT_CWD'] ?? tree.root, options.data), options.target);
  const changed = withModel(before.text, options.name, {
    flavour: options.flavour ?? 'pytorch-tabular',
    ...(data ? { data: data.written } : {}),
  });
  const { normalised } = writeConfiguration(tree, changed);
  if (data) tree.write(join('models', options.name, data.written.file), data.bytes);
  const outcome = keepTreeInStep(tree, data ? { [options.name]: data } : {});
  const locked = lockAsSibling(tree, normalised, options.name);
  return () => {
    if (!locked) lockPythonPackages(tree.root, outcome);
    process.stdout.write(`\n${formatReport(outcome)}Next: npx nx train ${options.name}\n`);
  };
}

export default withReadableErrors(modelGenerator);
