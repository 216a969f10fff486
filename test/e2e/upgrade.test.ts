import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '@wa-ml/blueprint';
import { afterAll, describe, expect, it } from 'vitest';
import { repositoryOf } from '../release-fixtures';
import { deep } from '../robustness/effort';
import { bin, cleanUp, git, must, nx, packages, read, toolRoot, write } from './workshop';

/** The command of this release, as `npx @wa-ml/project@latest` would start it. */
const program = join(toolRoot, 'packages/project/lib/cli/bin.js');

/** A repository of the first release, upgraded by real commands: packages installed, locks made, one commit. */
describe('an upgrade from the first release', () => {
  const repository = repositoryOf('0.1.0');
  const waMl = (...args: string[]) =>
    must(process.execPath, [program, 'upgrade', ...args], repository);
  const status = () => git(repository, 'status', '--porcelain');
  afterAll(cleanUp);

  it('shows what it would do, and changes nothing', async () => {
    const shown = await waMl('--dry-run', '--packages', packages);
    expect(shown).toContain(`Release 0.1.0 -> ${versions.waMl}`);
    expect(shown).toMatch(/^-      "budgetUsd": 1200$/m);
    expect(shown).toContain('# models/churn/card.yaml is yours: this is on offer');
    expect(await status()).toBe('');
  });

  it('installs and locks, and leaves one commit and a repository that is well', async () => {
    const shown = await waMl('--packages', packages);
    expect(shown).toMatch(/Committed as [0-9a-f]{12}/);
    expect(await status()).toBe('');
    expect((await git(repository, 'rev-list', '--count', 'HEAD')).trim()).toBe('2');
    const files = (await git(repository, 'show', '--name-only', '--format=')).split('\n');
    expect(files).toEqual(expect.arrayContaining(['package-lock.json', 'wa-ml.json']));
    const doctor = await must(bin(repository, 'wa-ml'), ['doctor', '--json'], repository);
    expect(JSON.parse(doctor)).toMatchObject({ inStep: true, release: versions.waMl });
    expect(await must(bin(repository, 'wa-ml'), ['upgrade'], repository)).toContain(
      'Nothing to do',
    );
  });

  it('can be done by nx migrate as well, as far as that goes', async () => {
    const declared = readFileSync(join(toolRoot, 'generators/migrations.json'), 'utf8');
    const { generators } = JSON.parse(declared) as {
      generators: Record<string, { version: string }>;
    };
    write(
      repository,
      'migrations.json',
      JSON.stringify({
        migrations: Object.entries(generators).map(([name, { version }]) => ({
          ...{ package: '@wa-ml/nx', name, version },
        })),
      }),
    );
    const now = read(repository, 'wa-ml.json');
    await git(
      repository,
      'checkout',
      '--quiet',
      'HEAD~1',
      '--',
      'wa-ml.json',
      'models/churn/model.py',
    );
    // Its own default asks the registry for the newest Nx.
    const env = { NX_MIGRATE_USE_LOCAL: 'true' };
    await must(
      bin(repository, 'nx'),
      ['migrate', '--run-migrations', '--skip-install'],
      repository,
      env,
    );
    expect(read(repository, 'wa-ml.json')).toBe(now);
    expect(read(repository, 'models/churn/model.py')).toContain('data: TrainingData');
    rmSync(join(repository, 'migrations.json'));
    await git(repository, 'reset', '--quiet', '--hard');
  });

  it.runIf(deep)('leaves models that train and pass their tests with the new runtime', async () => {
    await nx(repository, 'test', 'diagnosis');
  });
  if (!deep) process.stderr.write('Not trained after an upgrade: npm run test:deep does.\n');
});
