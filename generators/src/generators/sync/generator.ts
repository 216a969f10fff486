import type { Tree } from '@nx/devkit';
import type { SyncGeneratorResult } from 'nx/src/utils/sync-generators';
import { keepInStep, lockPythonPackages, WaMlProject, type PeopleData } from '@wa-ml/project';
import { changesDisk, type Reconciliation } from '@wa-ml/blueprint';
import { configurationIn } from '../../configuration-in-tree';
import { withReadableErrors } from '../../readable-errors';
import { filesInTree } from '../../tree-files';

/** Brings an Nx tree in step with its wa-ml.json; the same functions as `npx projen`, with another writer at the end. */
export function keepTreeInStep(
  tree: Tree,
  data: Readonly<Record<string, PeopleData>> = {},
): Reconciliation {
  const { text: configurationText } = configurationIn(tree);
  const project = new WaMlProject({ root: tree.root, configurationText });
  const schemas = Object.fromEntries(
    Object.entries(data).map(([model, one]) => [model, one.schema]),
  );
  return keepInStep(tree.root, project.plan(schemas), filesInTree(tree));
}

/** The global sync generator: `nx sync` writes what is out of step, `nx sync:check` fails in CI. */
export async function syncGenerator(tree: Tree): Promise<SyncGeneratorResult> {
  const outcome = keepTreeInStep(tree);
  const changed = outcome.actions.filter(changesDisk);
  return {
    // Nx prints the details for `sync:check` only, so what `nx sync` writes is named here.
    outOfSyncMessage: [
      `${changed.length} file(s) are not in step with wa-ml.json:`,
      ...changed.map(({ kind, path, why }) => `  ${kind.padEnd(8)} ${path}  (${why})`),
    ].join('\n'),
    callback: () => lockPythonPackages(tree.root, outcome),
  };
}

export default withReadableErrors(syncGenerator);
