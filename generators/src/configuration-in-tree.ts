import type { Tree } from '@nx/devkit';
import {
  ConfigurationError,
  InputError,
  nearest,
  readConfiguration,
  type ReadConfiguration,
} from '@wa-ml/config';

/** A workspace's wa-ml.json: its text, and what it says. */
export interface ConfigurationInTree extends ReadConfiguration {
  readonly text: string;
}

/** @throws ConfigurationError, InputError where there is no wa-ml.json. */
export function configurationIn(tree: Tree): ConfigurationInTree {
  const text = tree.read('wa-ml.json', 'utf8');
  if (text === null) {
    throw new InputError({
      code: 'NOT_OURS',
      what: 'There is no wa-ml.json in this workspace.',
      why: 'The generators work in repositories that create-wa-ml-project made.',
      next: 'Change into one, or create one: npx create-wa-ml-project',
    });
  }
  return { text, ...readConfiguration(text) };
}

/** @throws InputError for a model that is not there. */
export function requireModel({ written }: ReadConfiguration, name: string): void {
  const known = Object.keys(written.models);
  if (known.includes(name)) return;
  const guess = nearest(name, known);
  throw new InputError({
    code: 'MODEL_UNKNOWN',
    what: `There is no model "${name}".`,
    why: `wa-ml.json has ${known.join(', ') || 'none'}.`,
    next: guess ? `Did you mean ${guess}?` : 'Choose one of them.',
  });
}

/** @throws InputError for a model that is there already. */
export function requireNoModel({ written }: ReadConfiguration, name: string): void {
  if (!Object.hasOwn(written.models, name)) return;
  throw new InputError({
    code: 'MODEL_EXISTS',
    what: `There is a model "${name}" already.`,
    why: 'It would change what wa-ml.json says of that one.',
    next: 'Choose another name, or edit wa-ml.json.',
  });
}

/**
 * Reads what wa-ml.json would become. Its problems have no lines: people have another text before them.
 * @throws ConfigurationError
 */
export function checked(text: string): ReadConfiguration {
  try {
    return readConfiguration(text);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(
      error.problems.map(({ line: _line, column: _column, ...problem }) => problem),
    );
  }
}

/** Writes a changed wa-ml.json, once it is known to be right. @throws ConfigurationError */
export function writeConfiguration(tree: Tree, text: string): ReadConfiguration {
  const read = checked(text);
  tree.write('wa-ml.json', text);
  return read;
}
