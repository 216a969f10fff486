import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '@nx/devkit';
import { diskFileOf, type DiskFile } from '@wa-ml/blueprint';
import { isSameFile, refuseLinks, type Files } from '@wa-ml/project';

/** The files of an Nx tree: nothing reaches the disk before Nx flushes it, so that `--dry-run` is Nx's own. */
export function filesInTree(tree: Tree): Files {
  const mode = (executable: boolean): string => (executable ? '755' : '644');
  // A tree's own rename loses them, and so does every later write.
  const moved = new Map<string, number>();
  return {
    read(path): DiskFile | undefined {
      refuseLinks(tree.root, path); // a tree writes through them
      if (!tree.isFile(path)) return undefined;
      const bytes = tree.read(path);
      return bytes
        ? diskFileOf(bytes, isExecutable(moved.get(path) ?? modeOnDisk(tree, path)))
        : undefined;
    },
    write(path, content, executable): void {
      const crlf = typeof content === 'string' && tree.read(path, 'utf8')?.includes('\r\n');
      tree.write(
        path,
        typeof content === 'string'
          ? crlf
            ? content.replaceAll('\n', '\r\n')
            : content
          : Buffer.from(content),
        executable === undefined ? { mode: moved.get(path) } : { mode: mode(executable) },
      );
    },
    setExecutable: (path, executable) => tree.changePermissions(path, mode(executable)),
    move(from, to): void {
      // A tree has no links: whoever renames a folder moves what is left in it on disk.
      if (isLink(tree, from)) return;
      const was = modeOnDisk(tree, from);
      if (was !== undefined) moved.set(to, was);
      tree.write(to, tree.read(from)!, { mode: was });
      tree.delete(from);
    },
    delete: (path) => tree.delete(path),
    isSame: (left, right) => isSameFile(tree.root, left, right),
  };
}

/** A tree does not say; undefined for a file that is not on disk yet. */
const modeOnDisk = (tree: Tree, path: string): number | undefined => {
  const mode = statSync(join(tree.root, path), { throwIfNoEntry: false })?.mode;
  return mode === undefined ? undefined : mode & 0o777;
};

/** Undefined, too, where the file system has no such bit. */
const isExecutable = (mode: number | undefined): boolean | undefined =>
  mode === undefined || process.platform === 'win32' ? undefined : (mode & 0o100) !== 0;

const isLink = (tree: Tree, path: string): boolean =>
  lstatSync(join(tree.root, path), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
