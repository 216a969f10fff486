import type { GeneratorCallback, Tree } from '@nx/devkit';
import type { SyncGeneratorResult } from 'nx/src/utils/sync-generators';
import {
  formatReport,
  keepInStep,
  lockPythonPackages,
  WaMlProject,
  type PeopleData,
} from '@wa-ml/project';
import { changesDisk, type Moves, type Reconciliation } from '@wa-ml/blueprint';
import { configurationIn } from '../../configuration-in-tree';
import { withReadableErrors } from '../../readable-errors';
import { filesInTree } from '../../tree-files';

/**
 * Brings an Nx tree in step with its wa-ml.json; the same functions as `npx projen`, with another writer at the end.
 * @param data people's own data of models that are new.
 * @param moves files that are renamed, e.g. with their model.
 */
export function keepTreeInStep(
  tree: Tree,
  data: Readonly<Record<string, PeopleData>> = {},
  moves?: Moves,
): Reconciliation {
  const { text: configurationText } = configurationIn(tree);
  const project = new WaMlProject({ root: tree.root, configurationText });
  const schemas = Object.fromEntries(
    Object.entries(data).map(([model, one]) => [model, one.schema]),
  );
  return keepInStep(tree.root, project.plan(schemas), filesInTree(tree), moves);
}

/** The global sync generator: `nx sync` writes what is out of step, `nx sync:check` fails in CI. */
export async function syncGenerator(tree: Tree): Promise<Exclude<SyncGeneratorResult, void>> {
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

/** The same as an ordinary generator: `nx generate @wa-ml/nx:sync`, also with `--dry-run`. */
export async function generateSync(tree: Tree): Promise<GeneratorCallback> {
  const outcome = keepTreeInStep(tree);
  return () => {
    lockPythonPackages(tree.root, outcome);
    process.stdout.write(`\n${formatReport(outcome)}`);
  };
}

/** Nx wants an object of a sync generator and a function of any other, and gives options to the latter only. */
const syncOrGenerate = (
  tree: Tree,
  options: object | undefined,
): Promise<SyncGeneratorResult | GeneratorCallback> =>
  options === undefined ? syncGenerator(tree) : generateSync(tree);

export default withReadableErrors(syncOrGenerate);
