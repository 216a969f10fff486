import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '@wa-ml/blueprint';

/** Our packages that a generated repository depends on. */
export const ourPackages = [
  '@wa-ml/blueprint',
  '@wa-ml/config',
  '@wa-ml/constructs',
  '@wa-ml/nx',
  '@wa-ml/ops',
  '@wa-ml/project',
] as const;

/** Where tarballs of unpublished packages lie in a generated repository. */
export const vendorFolder = '.wa-ml/vendor';

/**
 * What package.json says for each of our packages: its version, or `file:` and a tarball where the repository carries one.
 * @param root folder of the repository; it need not exist.
 */
export function packageSpecifiers(root: string): Record<string, string> {
  const folder = join(root, vendorFolder);
  return specifiersOf(existsSync(folder) ? readdirSync(folder) : []);
}

/** The same for a list of tarball names. Only the package named so is taken: `wa-ml-nx-0.1.0-<hash>.tgz`. */
export function specifiersOf(tarballs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    ourPackages.map((name) => {
      const stem = `${name.slice(1).replace('/', '-')}-${versions.waMl}`;
      const tarball = tarballs.find((file) => file.startsWith(stem) && file.endsWith('.tgz'));
      return [name, tarball === undefined ? versions.waMl : `file:${vendorFolder}/${tarball}`];
    }),
  );
}
