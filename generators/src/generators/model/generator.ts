import { join, resolve } from 'node:path';
import type { GeneratorCallback, Tree } from '@nx/devkit';
import { InputError, readConfiguration, type Flavour } from '@wa-ml/config';
import { formatReport, lockPythonPackages, readPeopleData, withModel } from '@wa-ml/project';
import { keepTreeInStep } from '../sync/generator';

/** Options of `nx generate @wa-ml/nx:model`; schemas/model.json is made from the schema of wa-ml.json. */
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
  const text = tree.read('wa-ml.json', 'utf8') ?? '';
  if (Object.hasOwn(readConfiguration(text).written.models, options.name)) {
    throw new InputError({
      code: 'MODEL_EXISTS',
      what: `There is a model "${options.name}" already.`,
      why: 'Adding it again would change what wa-ml.json says of it.',
      next: 'Choose another name, or edit wa-ml.json.',
    });
  }
  const data =
    options.data === undefined
      ? undefined
      : readPeopleData(resolve(process.env['INIT_CWD'] ?? tree.root, options.data), options.target);
  const changed = withModel(text, options.name, {
    flavour: options.flavour ?? 'pytorch-tabular',
    ...(data ? { data: data.written } : {}),
  });
  readConfiguration(changed);
  tree.write('wa-ml.json', changed);
  if (data) tree.write(join('models', options.name, data.written.file), data.bytes);
  const outcome = keepTreeInStep(tree, data ? { [options.name]: data } : {});
  return () => {
    lockPythonPackages(tree.root, outcome);
    process.stdout.write(`\n${formatReport(outcome)}Next: npx nx train ${options.name}\n`);
  };
}

export default modelGenerator;
