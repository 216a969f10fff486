import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '@wa-ml/blueprint';
import { ourPackages } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import {
  commit,
  git,
  read,
  temporaryFolder,
  tree,
  write,
} from '../packages/project/test/repository';
import { repositoryOf } from './release-fixtures';

const program = join(__dirname, '../packages/project/lib/cli/bin.js');
const waMl = (root: string, ...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024, // a dry run prints every line that two releases changed
    env: { ...process.env, NO_COLOR: '1' },
  });
/** Tarballs as far as an upgrade that installs nothing looks at them: their names and their bytes. */
function tarballs(release: string, content: string): string {
  const folder = join(temporaryFolder(), 'packages');
  mkdirSync(folder);
  for (const name of ourPackages)
    writeFileSync(join(folder, `${name.slice(1).replace('/', '-')}-${release}.tgz`), content);
  return folder;
}

describe('wa-ml upgrade', () => {
  const untouched = repositoryOf('0.1.0');

  it('is what the doctor and a wrong wa-ml.json ask for in a repository of an older release', () => {
    const root = repositoryOf('0.1.0');
    const { status, stdout } = waMl(root, 'doctor');
    expect([status, stdout.includes('npx wa-ml upgrade')]).toEqual([1, true]);
    expect(stdout).toContain(`release 0.1.0, and ${versions.waMl} is installed`);
    expect(stdout).toContain('endpoint.budgetUsd (npx wa-ml upgrade moves it)');
  });

  it('with --dry-run prints a diff that git apply takes, and changes nothing', () => {
    const root = repositoryOf('0.1.0');
    const before = tree(root);
    const { status, stdout } = waMl(root, 'upgrade', '--dry-run');
    expect([status, tree(root)]).toEqual([0, before]);
    expect(stdout).toContain('Nothing was changed.');
    const ours = stdout.slice(0, stdout.indexOf('# models/'));
    write(root, '../upgrade.patch', ours);
    git(root, 'apply', '../upgrade.patch');
    // What is on offer goes on top of what is migrated.
    const offered = stdout.slice(stdout.indexOf('# models/churn/model.py'));
    expect(offered).toContain('+    """Return the untrained network; what it learns');
    expect(offered).not.toContain('+    data: TrainingData');
    expect(read(root, 'wa-ml.json')).toMatch(/"endpoint": \{\s+"budgetUsd": 1200/);
  });

  it('says as data what it did, and at a second run that nothing is to do', () => {
    const root = repositoryOf('0.1.0');
    const { status, stdout } = waMl(root, 'upgrade', '--no-install', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      from: '0.1.0',
      to: versions.waMl,
      changed: true,
      migrations: expect.arrayContaining([
        expect.objectContaining({ name: 'move-endpoint-budget' }),
      ]),
      files: expect.arrayContaining([
        expect.objectContaining({ path: 'wa-ml.json', kind: 'update' }),
      ]),
      offers: expect.arrayContaining([
        expect.objectContaining({
          path: 'models/diagnosis/card.yaml',
          taken: false,
          diff: expect.stringContaining('+  explanations_for_risk_rating'),
        }),
      ]),
      commit: git(root, 'rev-parse', 'HEAD').trim(),
    });
    const again = waMl(root, 'upgrade');
    expect([again.status, again.stdout.includes('Nothing to do')]).toEqual([0, true]);
    expect(again.stdout).toContain('Take them: npx wa-ml upgrade --seeded');
  });

  it('stops offering what somebody has declined', () => {
    const root = repositoryOf('0.1.0');
    waMl(root, 'upgrade', '--no-install');
    const declined = waMl(root, 'resolve', 'models/diagnosis/card.yaml');
    expect([declined.status, declined.stdout.includes('only our next change is offered')]).toEqual([
      0,
      true,
    ]);
    commit(root);
    const { offers } = JSON.parse(waMl(root, 'upgrade', '--json').stdout) as {
      offers: { path: string }[];
    };
    expect(offers.map(({ path }) => path)).not.toContain('models/diagnosis/card.yaml');
    expect(offers.map(({ path }) => path)).toContain('models/churn/card.yaml');
  });

  it('takes packages from tarballs, in the place of those of an older release', () => {
    const root = repositoryOf('0.1.0');
    write(root, '.wa-ml/vendor/wa-ml-nx-0.1.0-0123456789ab.tgz', 'old');
    commit(root);
    const packages = tarballs(versions.waMl, 'new');
    const { status, stderr } = waMl(root, 'upgrade', '--no-install', '--packages', packages);
    expect([status, stderr.includes('Committing')]).toEqual([0, true]);
    const vendored = git(root, 'ls-files', '.wa-ml/vendor').trim().split('\n');
    expect(vendored).toHaveLength(ourPackages.length);
    expect(vendored.every((path) => path.includes(`-${versions.waMl}-`))).toBe(true);
    for (const path of vendored)
      expect(read(root, 'package.json') + read(root, 'infra/package.json')).toContain(path);
    expect(git(root, 'status', '--porcelain')).toBe('');
  });

  it('hands over to the release that it is to go to, and changes nothing where that cannot be installed', () => {
    const root = repositoryOf('0.1.0');
    const packages = tarballs('99.0.0', 'no package');
    const { status, stderr } = waMl(root, 'upgrade', '--packages', packages);
    expect([status, stderr.includes('Installing release 99.0.0')]).toEqual([3, true]);
    expect(git(root, 'status', '--porcelain')).toBe('');
  });

  it('refuses a repository of a newer release', () => {
    const root = repositoryOf('0.1.0');
    waMl(root, 'upgrade', '--no-install');
    const manifest = read(root, '.wa-ml/manifest.json');
    write(
      root,
      '.wa-ml/manifest.json',
      manifest.replace(`"release": "${versions.waMl}"`, '"release": "99.0.0"'),
    );
    for (const command of ['upgrade', 'doctor']) {
      const { status, stderr, stdout } = waMl(root, command);
      expect([status === 0, (stderr + stdout).includes('npm ci')]).toEqual([false, true]);
    }
  });

  it.each([
    [['models/churn'], '--seeded models/churn'],
    [['--seeded', '../other'], 'not in this repository'],
    [['--packages', 'nowhere'], 'no tarballs'],
  ])('refuses %j and says what was meant', (args, says) => {
    const { status, stderr } = waMl(untouched, 'upgrade', ...args);
    expect([status, stderr.includes(says)]).toEqual([2, true]);
  });
});
