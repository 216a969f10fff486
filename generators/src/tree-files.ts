import type { Tree } from '@nx/devkit';
import { blobId, bytesId, toLf, type DiskFile } from '@wa-ml/blueprint';
import type { Files } from '@wa-ml/project';

/** The files of an Nx tree: nothing reaches the disk before Nx flushes it, so that `--dry-run` is Nx's own. */
export function filesInTree(tree: Tree): Files {
  return {
    read(path): DiskFile | undefined {
      if (!tree.isFile(path)) return undefined;
      const bytes = tree.read(path);
      if (!bytes) return undefined;
      const text = bytes.toString('utf8');
      return Buffer.from(text, 'utf8').equals(bytes)
        ? { id: blobId(text), text: toLf(text) }
        : { id: bytesId(bytes), text: undefined };
    },
    write(path, text): void {
      const crlf = tree.read(path, 'utf8')?.includes('\r\n') === true;
      tree.write(path, crlf ? text.replaceAll('\n', '\r\n') : text);
    },
    delete: (path) => tree.delete(path),
  };
}
