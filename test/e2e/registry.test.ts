import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '@wa-ml/blueprint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers, freePort } from '../local-server';
import { bin, cleanUp, git, must, packages, run, temporaryFolder, toolRoot } from './workshop';

/** The public path: every package published to a registry, and `npx create-wa-ml-project` in a folder that knows nothing of this one. */
describe('from a registry', () => {
  const folder = temporaryFolder();
  let verdaccio: ChildProcess | undefined;
  let env: NodeJS.ProcessEnv = {};
  afterAll(() => {
    verdaccio?.kill();
    cleanUp();
  });

  beforeAll(async () => {
    const port = await freePort();
    const registry = `http://127.0.0.1:${port}`;
    // No uplink: what is not ours comes from the registry that this machine uses anyway.
    writeFileSync(
      join(folder, 'verdaccio.yaml'),
      `storage: ${join(folder, 'storage')}\npackages:\n  '**':\n    access: $all\n    publish: $anonymous\nlog: { type: stdout, format: pretty, level: warn }\n`,
    );
    verdaccio = spawn(
      join(toolRoot, 'node_modules/.bin/verdaccio'),
      ['--config', join(folder, 'verdaccio.yaml'), '--listen', `127.0.0.1:${port}`],
      { stdio: 'ignore' },
    );
    await answers(`${registry}/-/ping`);
    const userConfig = (await must('npm', ['config', 'get', 'userconfig'], folder)).trim();
    const own = existsSync(userConfig) ? readFileSync(userConfig, 'utf8') : '';
    writeFileSync(
      join(folder, 'npmrc'),
      `${own}\n@wa-ml:registry=${registry}\n//127.0.0.1:${port}/:_authToken=anybody\n`,
    );
    env = { NPM_CONFIG_USERCONFIG: join(folder, 'npmrc'), npm_config_cache: join(folder, 'cache') };
    for (const tarball of readdirSync(packages))
      await must('npm', ['publish', join(packages, tarball), '--registry', registry], folder, env);
    const clean = join(folder, 'clean');
    mkdirSync(clean);
    // Only the program comes from there: what it installs then follows the configuration above.
    await must(
      'npm',
      [
        'install',
        '--prefix',
        join(folder, 'npx'),
        '--registry',
        registry,
        '--no-audit',
        '--no-fund',
        `create-wa-ml-project@${versions.waMl}`,
      ],
      clean,
      env,
    );
    await must(
      process.execPath,
      [join(folder, 'npx/node_modules/create-wa-ml-project/dist/bin.js'), 'acme-ml', '--yes'],
      clean,
      env,
    );
  });

  it('the program is one package under 2 MB without dependencies', () => {
    expect(
      readdirSync(join(folder, 'npx/node_modules')).filter((name) => !name.startsWith('.')),
    ).toEqual(['create-wa-ml-project']);
    const tarball = readdirSync(packages).find((name) => name.startsWith('create-wa-ml-project'))!;
    expect(statSync(join(packages, tarball)).size).toBeLessThan(2 * 2 ** 20);
    expect(
      JSON.parse(
        readFileSync(join(folder, 'npx/node_modules/create-wa-ml-project/package.json'), 'utf8'),
      ),
    ).not.toHaveProperty('dependencies');
  });

  it('a repository without tarballs is in step, and generates', async () => {
    const repository = join(folder, 'clean/acme-ml');
    expect(existsSync(join(repository, '.wa-ml/vendor'))).toBe(false);
    await must(bin(repository, 'projen'), [], repository, env);
    expect(await git(repository, 'status', '--porcelain')).toBe('');
    await must(
      bin(repository, 'nx'),
      ['generate', '@wa-ml/nx:model', 'churn', '--no-interactive'],
      repository,
      env,
    );
    expect(existsSync(join(repository, 'models/churn/model.py'))).toBe(true);
    const schema = join(repository, 'node_modules/@wa-ml/config/wa-ml.schema.json');
    expect(JSON.parse(readFileSync(schema, 'utf8'))).toMatchObject({ title: 'wa-ml.json' });
  });

  it('a package holds its compiled code and no sources, tests or build state', async () => {
    for (const tarball of readdirSync(packages)) {
      const { stdout } = await run('tar', ['-tzf', join(packages, tarball)], folder);
      expect(
        stdout.split('\n').filter((path) => /\/(src|test)\/|tsbuildinfo|\.test\./.test(path)),
        tarball,
      ).toEqual([]);
    }
  });
});
