// Keeps a repository as the release at hand generates it, for the tests of `wa-ml upgrade`: node tools/release-archive.mjs
// Run it when a release is finished; of an older one, in a worktree of its commit (git worktree add tmp/old COMMIT).
import { createHash } from 'node:crypto';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, createProgram } from './build.mjs';
import { CommandError, root, run } from './steps.mjs';

/** Where the archives lie, and what they are made from: a wa-ml.json as people write it, and their own data. */
const folder = join(root, 'test/fixtures/releases');
const sources = join(folder, 'sources');
/** Larger ones would weigh on every clone, for ever. */
const mostBytes = 150_000;

await build();
const { versions } = createRequire(import.meta.url)('../packages/blueprint/lib/index.js');
const place = mkdtempSync(join(tmpdir(), 'wa-ml-release-'));
try {
  const repository = join(place, 'acme-ml');
  // What the configuration of a release looks like is part of the release.
  await run(process.execPath, [
    createProgram,
    repository,
    ...['--config', join(sources, `wa-ml-${versions.waMl}.json`)],
    ...['--data', join(sources, 'customers.csv'), '--target', 'churned'],
    ...['--no-install', '--no-git'],
  ]);
  // People's data never belongs in Git; the schema that was inferred from it does.
  rmSync(join(repository, 'models/churn/data'), { recursive: true });
  // The same files give the same bytes (GNU tar).
  const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  const tar = join(place, 'acme-ml.tar');
  await run('tar', ['-cf', tar, ...reproducible, 'acme-ml'], { cwd: place });
  const archive = join(folder, `${versions.waMl}.tar.gz`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(archive, gzipSync(readFileSync(tar), { level: 9 }));
  const { size } = statSync(archive);
  if (size > mostBytes) throw new CommandError(`${archive} has ${size} bytes, of ${mostBytes}.`);
  const id = createHash('sha256').update(readFileSync(archive)).digest('hex').slice(0, 12);
  process.stdout.write(`${archive}: ${size} bytes, ${id}\n`);
} finally {
  rmSync(place, { recursive: true, force: true });
}
