import type { Tree } from '@nx/devkit';
import type { SyncGeneratorResult } from 'nx/src/utils/sync-generators';
import { InputError } from '@wa-ml/config';
import { keepInStep, WaMlProject, type PeopleData } from '@wa-ml/project';
import type { Reconciliation } from '@wa-ml/blueprint';
import { filesInTree } from '../../tree-files';

/** Brings an Nx tree in step with its wa-ml.json; the same functions as `npx projen`, with another writer at the end. */
export function keepTreeInStep(
  tree: Tree,
  data: Readonly<Record<string, PeopleData>> = {},
): Reconciliation {
  const configurationText = tree.read('wa-ml.json', 'utf8');
  if (configurationText === null) {
    throw new InputError({
      code: 'NOT_OURS',
      what: 'There is no wa-ml.json in this workspace.',
      why: 'The generators work in repositories that create-wa-ml-project made.',
      next: 'Change into one, or create one: npx create-wa-ml-project',
    });
  }
  const project = new WaMlProject({ root: tree.root, configurationText });
  const schemas = Object.fromEntries(
    Object.entries(data).map(([model, one]) => [model, one.schema]),
  );
  return keepInStep(tree.root, project.plan(schemas), filesInTree(tree));
}

/** The global sync generator: `nx sync` writes what is out of step, `nx sync:check` fails in CI. */
export async function syncGenerator(tree: Tree): Promise<SyncGeneratorResult> {
  const { actions } = keepTreeInStep(tree);
  const changed = actions.filter(
    (action) => action.content !== undefined || action.kind === 'delete',
  );
  return {
    outOfSyncMessage: `${changed.length} file(s) are not in step with wa-ml.json: ${changed.map(({ path }) => path).join(', ')}.`,
  };
}

export default syncGenerator;
