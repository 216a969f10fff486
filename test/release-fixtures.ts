import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareReleases } from '@wa-ml/blueprint';
import { commit, git, temporaryFolder } from '../packages/project/test/repository';

const folder = join(__dirname, 'fixtures/releases');

/** Releases of which a generated repository is kept, the oldest first; see tools/release-archive.mjs. */
export const keptReleases = readdirSync(folder)
  .flatMap((name) => /^(.*)\.tar\.gz$/.exec(name)?.[1] ?? [])
  .sort(compareReleases);

/** The data that one of its models was made from. */
export const peoplesData = join(folder, 'sources/customers.csv');

/** A repository as a release generated it, with its first commit. */
export function repositoryOf(release: string): string {
  const place = temporaryFolder();
  execFileSync('tar', ['-xzf', join(folder, `${release}.tar.gz`), '-C', place]);
  const root = join(place, 'acme-ml');
  git(root, 'init', '--quiet', '--initial-branch=main');
  git(root, 'config', 'user.name', 'test');
  git(root, 'config', 'user.email', 'test@example.com');
  commit(root);
  return root;
}
