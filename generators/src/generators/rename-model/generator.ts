import { join } from 'node:path';
import { visitNotIgnoredFiles, type GeneratorCallback, type Tree } from '@nx/devkit';
import { blobId, manifestPath, parseManifest } from '@wa-ml/blueprint';
import { InputError } from '@wa-ml/config';
import { formatReport, lockPythonPackages, withModelRenamed } from '@wa-ml/project';
import {
  checked,
  configurationIn,
  requireModel,
  requireNoModel,
} from '../../configuration-in-tree';
import { afterRenaming, takeOutOfReleases } from '../../model-on-aws';
import { withReadableErrors } from '../../readable-errors';
import { renameLock } from '../../uv-lock';
import { keepTreeInStep } from '../sync/generator';
import { moveIgnored } from './move-ignored';
import { movePeoplesFiles, movesOfModel, unrenamed } from './move-model';

export interface RenameModelGeneratorOptions {
  /** Name of the model. */
  readonly name: string;
  /** Its new name. */
  readonly to: string;
}

/**
 * Renames a model: in wa-ml.json with its overrides, its folder with everything that people wrote there,
 * and every file of ours. On AWS it is a new model; the callback says how to move the traffic.
 * @throws ConfigurationError, InputError; the tree is then not written.
 */
export async function renameModelGenerator(
  tree: Tree,
  { name, to }: RenameModelGeneratorOptions,
): Promise<GeneratorCallback> {
  const before = configurationIn(tree);
  requireModel(before, name);
  requireNoModel(before, to);
  requireFree(tree, to);
  const changed = withModelRenamed(before.text, name, to);
  const { normalised } = checked(changed);
  // Its entries name packages that the roles of the new name may not read: with them a deployment would fail.
  const releases = takeOutOfReleases(tree, before.normalised, name);
  tree.write('wa-ml.json', changed);
  const moves = movesOfModel(tree, before.normalised, name, to);
  const outcome = keepTreeInStep(tree, {}, moves);
  movePeoplesFiles(tree, name, to);
  renameLock(tree, normalised, name, to);
  const mentions = new Set([...unrenamed(outcome, moves, normalised), ...mentionsOf(tree, name)]);
  return () => {
    moveIgnored(join(tree.root, 'models', name), join(tree.root, 'models', to));
    lockPythonPackages(tree.root, outcome);
    process.stdout.write(
      [
        `\n${formatReport(outcome)}`,
        ...releases.map((path) => `Took ${name} out of ${path}: its package stays with ${name}.\n`),
        ...(mentions.size > 0
          ? [`Still say ${name}, in lines that you wrote: ${[...mentions].sort().join(', ')}\n`]
          : []),
        `\n${afterRenaming(before.normalised, name, to)}`,
      ].join(''),
    );
  };
}

function requireFree(tree: Tree, name: string): void {
  const [first] = tree.exists(`models/${name}`) ? tree.children(`models/${name}`) : [];
  if (first === undefined) return;
  throw new InputError({
    code: 'FOLDER_OCCUPIED',
    what: `models/${name} is there already.`,
    why: `It holds ${first}, and no model of wa-ml.json: files of two models would mix.`,
    next: 'Move it away, or choose another name.',
  });
}

/** Files of the people, in code and configuration, that speak of a model by its old name. */
function mentionsOf(tree: Tree, name: string): string[] {
  const found: string[] = [];
  // Our own pages take names as examples.
  const written = parseManifest(tree.read(manifestPath, 'utf8') ?? '');
  const isOurs = (path: string, text: string): boolean => {
    const entry = written.get(path);
    return entry?.owner === 'managed' && entry.id === blobId(text);
  };
  const mention = new RegExp(`models/${name}\\b(?!-)|["'\`]${name}["'\`]`);
  visitNotIgnoredFiles(tree, '.', (path) => {
    if (/(^|\/)(\.wa-ml|libs)\/|\.lock$|package-lock\.json$/.test(path)) return;
    const text = tree.read(path, 'utf8') ?? '';
    if (mention.test(text) && !isOurs(path, text)) found.push(path);
  });
  return found;
}

export default withReadableErrors(renameModelGenerator);
