import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfiguration } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import { options } from '../src/options';
import { fetches, withNpm } from './fake-npm';
import { git, read, temporaryFolder, textOf } from '../../../packages/project/test/repository';

/** The program as it is published; `npm test` and `npm run build` bundle it. */
const program = join(__dirname, '../dist/bin.js');

const create = (cwd: string, ...args: string[]) => createWith({ NO_COLOR: '1' }, cwd, ...args);

function createWith(env: NodeJS.ProcessEnv, cwd: string, ...args: string[]) {
  return spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: undefined, ...env },
  });
}

describe('create-wa-ml-project', () => {
  it('has help with every option and examples, and a version', () => {
    const { stdout, status } = create(temporaryFolder(), '--help');
    expect(status).toBe(0);
    for (const option of Object.keys(options)) expect(stdout).toContain(`--${option}`);
    expect(stdout).toContain('Examples:');
    expect(create(temporaryFolder(), '--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('has help that fits into 40 columns, but for the examples', () => {
    const { stdout } = createWith({ COLUMNS: '40' }, temporaryFolder(), '--help');
    const lines = stdout.split('\n').filter((line) => !/^ {2}(npx|source) /.test(line));
    expect(lines.filter((line) => line.length > 40)).toEqual([]);
  });

  it('does not mind that whoever reads its output stops', async () => {
    const child = spawn(process.execPath, [program, '--help']);
    child.stdout.destroy();
    let complaint = '';
    child.stderr.on('data', (text) => (complaint += text));
    expect([await new Promise((settle) => child.on('close', settle)), complaint]).toEqual([0, '']);
  });

  it('takes every answer as a flag and ends with the next three commands', () => {
    const folder = temporaryFolder();
    const { stdout, stderr, status } = create(
      folder,
      'team-ml',
      '--yes',
      '--no-install',
      '--owner',
      'ml@team.example',
      '--region',
      'eu-central-1',
      '--dev-account',
      '444444444444',
      '--model',
      'churn',
      '--model',
      'fraud',
      '--environment',
      'prod',
      '--environment',
      'dev',
      '--strategy',
      'single',
      '--rollout',
      'all-at-once',
    );
    expect(status).toBe(0);
    // A pipe: whole lines, no colours, nothing that moves the cursor.
    expect(stderr.replace(/\d+\.\d s/g, 'N s')).toBe(
      '… Writing files\n✓ Writing files N s\n… Making the first commit\n✓ Making the first commit N s\n',
    );
    expect(
      stdout
        .trim()
        .split('\n')
        .slice(-4)
        .map((line) => line.trim()),
    ).toEqual(['cd team-ml', 'npm install', 'npx nx train churn', 'npx nx serve churn']);
    const { normalised } = readConfiguration(read(join(folder, 'team-ml'), 'wa-ml.json'));
    expect(normalised).toMatchObject({
      name: 'team-ml',
      owner: 'ml@team.example',
      environments: { dev: { account: '444444444444', region: 'eu-central-1' } },
    });
    expect(Object.keys(normalised.environments)).toEqual(['dev', 'prod']);
    expect(Object.keys(normalised.models)).toEqual(['churn', 'fraud']);
    expect(normalised.models['fraud']!.in['prod']).toMatchObject({
      training: { strategy: 'single', precision: 'bf16' },
      endpoint: { rollout: 'all-at-once' },
    });
    expect(git(join(folder, 'team-ml'), 'status', '--porcelain')).toBe('');
  });

  it('commits on a machine where Git knows nobody', () => {
    const folder = temporaryFolder();
    const { status } = spawnSync(process.execPath, [program, 'x-ml', '--yes', '--no-install'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
    });
    expect(status).toBe(0);
    expect(git(join(folder, 'x-ml'), 'log', '--format=%s')).toBe('Create the repository\n');
  });

  it('creates from a configuration, from a file or from standard input', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'mine.json'), textOf({ name: 'from-file' }));
    expect(create(folder, '--config', 'mine.json', '--no-install', '--no-git').status).toBe(0);
    expect(read(join(folder, 'from-file'), 'wa-ml.json')).toBe(textOf({ name: 'from-file' }));
    const piped = spawnSync(
      process.execPath,
      [program, '--config', '-', '--no-install', '--no-git'],
      { cwd: folder, input: textOf({ name: 'from-pipe' }), encoding: 'utf8' },
    );
    expect([piped.status, existsSync(join(folder, 'from-pipe/wa-ml.json'))]).toEqual([0, true]);
  });

  it('says with --dry-run --json what it would write, and writes nothing', () => {
    const folder = temporaryFolder();
    const { stdout } = create(folder, 'acme-ml', '--dry-run', '--json');
    const report = JSON.parse(stdout) as {
      dryRun: boolean;
      files: { kind: string; path: string }[];
    };
    expect(report.dryRun).toBe(true);
    expect(report.files).toContainEqual({ kind: 'create', path: 'models/diagnosis/model.py' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each<[string, NodeJS.ProcessEnv, string[], boolean]>([
    ['nothing, in a pipe', {}, [], false],
    ['FORCE_COLOR', { FORCE_COLOR: '1' }, [], true],
    ['--color', {}, ['--color'], true],
    ['FORCE_COLOR and NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, [], false],
    ['FORCE_COLOR and --no-color', { FORCE_COLOR: '1' }, ['--no-color'], false],
  ])('decides about colours by %s', (_title, env, args, coloured) => {
    const { stderr } = createWith(env, temporaryFolder(), 'x', 'y', ...args);
    expect([stderr.includes('\u001B['), stderr.includes('one name')]).toEqual([coloured, true]);
    expect(stderr).not.toContain('Warning');
  });

  it("shows npm's output only when it fails, or with --verbose", () => {
    const folder = temporaryFolder();
    const env = withNpm(folder, `${fetches('nx')}; echo npm talks; [ $PWD = ${folder}/good ]`);
    const good = createWith(env, folder, 'good', '--yes', '--no-git');
    expect([good.status, good.stderr.includes('npm talks')]).toEqual([0, false]);
    const bad = createWith(env, folder, 'bad', '--yes');
    expect(bad.status).toBe(3);
    expect(bad.stderr).toMatch(
      /✗ Installing packages.*\n.*`npm install[^`]*` failed.\n {2}why {3}npm talks\n {2}next/,
    );
    const verbose = createWith(env, folder, 'bad-too', '--yes', '--verbose');
    expect([verbose.status, verbose.stdout]).toEqual([3, 'npm talks\n']);
    expect(existsSync(join(folder, 'bad/wa-ml.json'))).toBe(true);
  });

  it.each([
    ['an unknown option', ['x', '--ownr', 'a@b.co'], '--owner'],
    ['two names', ['x', 'y'], 'one name'],
    ['a name that AWS would refuse', ['Bad_Name', '--yes'], 'lower-case letters'],
    ['an account that is none', ['x', '--yes', '--prod-account', '12'], '12 digits'],
    ['a region that is none', ['x', '--yes', '--region', 'Europe'], 'no AWS region'],
    ['an unknown flavour', ['x', '--yes', '--flavour', 'pytorch-tabluar'], 'pytorch-tabular'],
    ['an environment that is not offered', ['x', '--environment', 'prd'], '--environment prod'],
    ['an unknown rollout', ['x', '--yes', '--rollout', 'canry'], 'canary'],
    [
      'a rollout that the type does not have',
      ['x', '--yes', '--endpoint', 'serverless', '--rollout', 'canary'],
      '--rollout all-at-once',
    ],
    ['a shell that it does not know', ['--completion', 'tcsh'], 'bash, zsh, fish'],
    ['data without a target', ['x', '--yes', '--data', __filename], '--target'],
    ['a configuration that is not there', ['x', '--config', 'nope.json'], 'cannot be read'],
    ['packages that are not there', ['x', '--yes', '--packages', 'nope'], 'no tarballs'],
  ])('refuses %s with exit code 2 and writes nothing', (_title, args, says) => {
    const folder = temporaryFolder();
    const { status, stderr, stdout } = create(folder, ...args, '--no-install', '--no-git');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('reports every problem of a configuration at once, as text and as JSON', () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'bad.json'),
      textOf()
        .replace('"111111111111"', '"1"')
        .replace('"flavour"', '"flavor": 1, "flavour"')
        .replace('eu-west-1', 'nowhere'),
    );
    const text = create(folder, 'x', '--config', 'bad.json').stderr;
    for (const path of [
      'environments.dev.account',
      'environments.dev.region',
      'models.diagnosis.flavor',
    ])
      expect(text).toContain(path);
    const { error } = JSON.parse(create(folder, 'x', '--config', 'bad.json', '--json').stderr) as {
      error: { problems: { path: string; instead: string }[] };
    };
    expect(error.problems.map(({ path }) => path).sort()).toEqual([
      'environments.dev.account',
      'environments.dev.region',
      'models.diagnosis.flavor',
    ]);
    expect(error.problems.find(({ path }) => path.endsWith('flavor'))!.instead).toBe('flavour');
  });

  it('leaves the old tree or the new one, whenever it is interrupted', async () => {
    let old = 0;
    for (let delay = 80; delay <= 480; delay += 40) {
      const folder = temporaryFolder();
      const child = spawn(
        process.execPath,
        [program, 'acme-ml', '--yes', '--no-install', '--no-git'],
        { cwd: folder, stdio: 'ignore' },
      );
      const ended = new Promise((settle) =>
        child.on('exit', (code, signal) => settle(code ?? signal)),
      );
      await new Promise((wake) => setTimeout(wake, delay));
      child.kill('SIGINT');
      const code = await ended;
      const left = readdirSync(folder);
      expect(
        left.length === 0 ||
          (left.length === 1 && existsSync(join(folder, 'acme-ml/.wa-ml/manifest.json'))),
        `after ${delay} ms: ${left.join(', ')}`,
      ).toBe(true);
      // Before the program listens, and when it has done everything, the system ends it.
      expect(left.length === 0 ? [130, 'SIGINT'] : [0, 'SIGINT'], `after ${delay} ms`).toContain(
        code,
      );
      if (left.length === 0) old++;
    }
    expect(old).toBeGreaterThan(0);
  });
});
