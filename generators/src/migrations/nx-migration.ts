import type { Tree } from '@nx/devkit';
import type { Migration } from '@wa-ml/project';
import { withReadableErrors } from '../readable-errors';
import { filesInTree } from '../tree-files';

/** What Nx calls for a migration; the sentences that it gets back are the next steps that it prints. */
type NxMigration = (tree: Tree, context: unknown) => Promise<string[]>;

/**
 * A migration as `nx migrate --run-migrations` runs it, in Nx's own tree.
 * The release is not recorded by it: `wa-ml upgrade` does the rest, and what has been migrated is not migrated twice.
 */
export function nxMigration({ migrate }: Migration): NxMigration {
  return withReadableErrors(async (tree: Tree) => {
    const files = filesInTree(tree);
    const left = migrate({
      read: (path) => files.read(path)?.text,
      write: (path, text) => files.write(path, text),
    });
    return [...left, 'Bring the files of ours in step: npx wa-ml upgrade'];
  });
}
