import { diskFileOf } from '@wa-ml/blueprint';
import type { Files } from '@wa-ml/project';

/** The files of a file system that ignores case and keeps the one in which a name was first written, as on macOS and Windows. */
export function filesInMemory(): Files & { names(): string[] } {
  const files = new Map<string, { name: string; bytes: Buffer }>();
  const key = (path: string) => path.toLowerCase();
  return {
    read(path) {
      const file = files.get(key(path));
      return file && diskFileOf(file.bytes);
    },
    write: (path, content) =>
      void files.set(key(path), {
        name: files.get(key(path))?.name ?? path,
        bytes: Buffer.from(content as string),
      }),
    move(from, to) {
      const { bytes } = files.get(key(from))!;
      files.delete(key(from));
      files.set(key(to), { name: to, bytes });
    },
    delete: (path) => void files.delete(key(path)),
    setExecutable: () => undefined,
    isSame: (left, right) => key(left) === key(right),
    names: () => [...files.values()].map(({ name }) => name).sort(),
  };
}
