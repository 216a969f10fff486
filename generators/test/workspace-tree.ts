import { flushChanges, FsTree, type Tree } from 'nx/src/generators/tree';
import { vi } from 'vitest';

/** An Nx tree over a repository on disk. */
export const treeOf = (root: string): FsTree => new FsTree(root, false);
export const changedPaths = (tree: Tree): string[] => tree.listChanges().map(({ path }) => path);

/** Writes what a generator changed, as Nx does at its end. */
export function flush(root: string, tree: Tree): void {
  flushChanges(root, tree.listChanges());
}

/** What a generator's callback prints. */
export async function printed(callback: () => void | Promise<void>): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await callback();
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}
