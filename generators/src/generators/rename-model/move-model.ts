import { visitNotIgnoredFiles, type Tree } from '@nx/devkit';
import { movesOfFolder, planRepo, type Moves, type Reconciliation } from '@wa-ml/blueprint';
import type { NormalisedConfiguration } from '@wa-ml/config';
import { loadTemplates, readKnown } from '@wa-ml/project';
import { filesInTree } from '../../tree-files';

/** The moves of every file of ours in a model's folder. */
export function movesOfModel(
  tree: Tree,
  configuration: NormalisedConfiguration,
  from: string,
  to: string,
): Moves {
  const { manifest } = readKnown(filesInTree(tree));
  const before = planRepo(configuration, loadTemplates());
  return movesOfFolder(manifest.keys(), `models/${from}`, `models/${to}`, before);
}

/** Moves the people's own files in a model's folder; what Git ignores is left to `moveIgnored`. */
export function movePeoplesFiles(tree: Tree, from: string, to: string): void {
  const folder = `models/${from}`;
  const paths: string[] = [];
  if (tree.exists(folder)) visitNotIgnoredFiles(tree, folder, (path) => paths.push(path));
  const files = filesInTree(tree);
  for (const path of paths) files.move(path, `models/${to}${path.slice(folder.length)}`);
}

/** The seeded files that the new name was not written into, though our render has it: people changed those lines. */
export function unrenamed(
  { actions }: Reconciliation,
  moves: Moves,
  configuration: NormalisedConfiguration,
): string[] {
  const renders = new Map(
    planRepo(configuration, loadTemplates()).map(({ path, content }) => [path, content]),
  );
  return actions
    .filter(({ path, from = '', content }) => {
      const before = moves.get(from)?.before;
      return before !== undefined && before !== renders.get(path) && content === undefined;
    })
    .map(({ path }) => path);
}
