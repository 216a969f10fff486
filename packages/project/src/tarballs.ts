import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@wa-ml/config';

/** The folder is there and holds something, or cannot be made. */
export class DirectoryError extends InputError {
  constructor(what: string, why: string, next: string) {
    super({ code: 'DIRECTORY_UNUSABLE', what, why, next });
  }
}

/** One of our packages, packed. */
export interface Tarball {
  /** With a hash of its content: npm takes the same version for the same content. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** The release of our packages that lie in a folder as tarballs. @throws DirectoryError where there are none. */
export function releaseOfTarballs(folder: string): string | undefined {
  return namesIn(folder)
    .map((name) => /^wa-ml-project-(\d+\.\d+\.\d+)[-.]/.exec(name)?.[1])
    .find((release) => release !== undefined);
}

/** The tarballs of our packages in a folder. @throws DirectoryError where there are none. */
export function tarballPaths(folder: string): string[] {
  return namesIn(folder).map((name) => join(folder, name));
}

/** Our packages that lie in a folder as tarballs. @throws DirectoryError where there are none. */
export function readTarballs(folder: string): Tarball[] {
  return namesIn(folder).map((name) => {
    const bytes = readFileSync(join(folder, name));
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    return { name: name.replace(/\.tgz$/, `-${hash}.tgz`), bytes };
  });
}

function namesIn(folder: string): string[] {
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^wa-ml-.*\.tgz$/.test(name))
    : [];
  if (names.length === 0) {
    throw new DirectoryError(
      `${folder} holds no tarballs of @wa-ml packages.`,
      'With --packages the repository depends on them.',
      'Build them with `npm run build`.',
    );
  }
  return names;
}
