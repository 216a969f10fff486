import { relative, resolve } from 'node:path';
import { UsageError } from './command';

/**
 * A path as somebody typed it in the current folder, from the root of the repository, with slashes; '' is the root.
 * @throws UsageError for one outside of it.
 */
export function repositoryPath(root: string, typed: string, current = process.cwd()): string {
  const path = relative(root, resolve(current, typed)).replaceAll('\\', '/');
  if (path === '..' || path.startsWith('../') || resolve(path) === path)
    throw new UsageError(`${typed} is not in this repository.`, `It is ${root}.`);
  return path;
}
