import type { Files } from '@wa-ml/project';

const changing: readonly string[] = ['write', 'delete', 'move', 'setExecutable'];

/** The same files, with something in place of every change. */
export function withChanges(files: Files, change: (go: () => void) => void): Files {
  return new Proxy(files, {
    get: (target, name: keyof Files) =>
      changing.includes(name)
        ? (...args: unknown[]) =>
            change(() => (target[name] as (...all: unknown[]) => void)(...args))
        : target[name],
  });
}

/** The files of a folder, until so many changes were made: then whoever writes is gone. */
export function stoppedAfter(files: Files, changes: number): Files {
  let left = changes;
  return withChanges(files, (go) => {
    if (left-- === 0) throw new Error('killed');
    go();
  });
}
