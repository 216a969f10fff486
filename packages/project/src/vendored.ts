import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Action } from '@wa-ml/blueprint';
import { specifiersOf, vendorFolder } from './packages';
import { readTarballs } from './tarballs';

/** Our packages that come as tarballs, in the place of those that are there. */
export function vendored(
  root: string,
  packages: string | undefined,
): { specifiers: Record<string, string>; actions: Action[] } {
  const folder = join(root, vendorFolder);
  const there = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^wa-ml-.*\.tgz$/.test(name))
    : [];
  if (packages === undefined) {
    const specifiers = specifiersOf(there);
    const used = new Set(Object.values(specifiers));
    const gone = there.filter((name) => !used.has(`file:${vendorFolder}/${name}`));
    return { specifiers, actions: gone.map(dropped) };
  }
  const tarballs = readTarballs(packages);
  const names = new Set(tarballs.map(({ name }) => name));
  return {
    specifiers: specifiersOf([...names]),
    actions: [
      ...tarballs
        .filter(({ name }) => !there.includes(name))
        .map(({ name, bytes }): Action => {
          const why = 'a package of this release';
          return { kind: 'create', path: `${vendorFolder}/${name}`, content: bytes, why };
        }),
      ...there.filter((name) => !names.has(name)).map(dropped),
    ],
  };
}

const dropped = (name: string): Action => ({
  kind: 'delete',
  path: `${vendorFolder}/${name}`,
  why: 'a package of another release',
});
