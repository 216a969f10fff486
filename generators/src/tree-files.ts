import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '@nx/devkit';
import { diskFileOf, type DiskFile } from '@wa-ml/blueprint';
import { isSameFile, type Files } from '@wa-ml/project';

/** The files of an Nx tree: nothing reaches the disk before Nx flushes it, so that `--dry-run` is Nx's own. */
export function filesInTree(tree: Tree): Files {
  const mode = (executable: boolean): string => (executable ? '755' : '644');
  return {
    read(path): DiskFile | undefined {
      if (!tree.isFile(path)) return undefined;
      const bytes = tree.read(path);
      return bytes ? diskFileOf(bytes, executableOnDisk(tree, path)) : undefined;
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
        executable === undefined ? {} : { mode: mode(executable) },
      );
    },
    setExecutable: (path, executable) => tree.changePermissions(path, mode(executable)),
    move: (from, to) => tree.rename(from, to),
    delete: (path) => tree.delete(path),
    isSame: (left, right) => isSameFile(tree.root, left, right),
  };
}

/** A tree does not say; undefined for a file that is not on disk yet, and where the file system has no such bit. */
function executableOnDisk(tree: Tree, path: string): boolean | undefined {
  const stat = statSync(join(tree.root, path), { throwIfNoEntry: false });
  return stat && process.platform !== 'win32' ? (stat.mode & 0o100) !== 0 : undefined;
}
