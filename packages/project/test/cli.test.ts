import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { blobId } from '@wa-ml/blueprint';
import { describe, expect, it } from 'vitest';
import { commit, newRepository, read, temporaryFolder, write } from './repository';

const program = join(__dirname, '../lib/cli/bin.js');
const waMl = (cwd: string, ...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });

describe('wa-ml', () => {
  it('has help with examples for itself and for every command', () => {
    const { stdout } = waMl(temporaryFolder(), '--help');
    expect(stdout).toContain('Examples:');
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+) {2}/gm)].map((match) => match[1]!);
    expect(commands).toEqual(
      expect.arrayContaining([
        'doctor',
        'diff',
        'upgrade',
        'adopt',
        'resolve',
        'eject',
        'promote',
        'base-image',
        'uv',
      ]),
    );
    for (const command of commands.filter((name) => name !== 'uv'))
      expect(waMl(temporaryFolder(), command, '--help').stdout, command).toContain(
        `wa-ml ${command}`,
      );
  });

  it('doctor says what is out of step with exit code 1, and changes nothing', () => {
    const root = newRepository();
    expect(waMl(root, 'doctor').status).toBe(0);
    write(root, 'wa-ml.json', read(root, 'wa-ml.json').replace('"acme-ml"', '"other-ml"'));
    const { status, stdout } = waMl(root, 'doctor', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      inStep: false,
      files: expect.arrayContaining([
        expect.objectContaining({ state: 'outdated', path: 'README.md', mend: ['npx projen'] }),
      ]),
    });
    expect(read(root, 'README.md')).toContain('# acme-ml');
  });

  it('finds the repository from a folder inside it, and refuses one that is none', () => {
    const root = newRepository();
    expect(waMl(join(root, 'models/diagnosis'), 'doctor').status).toBe(0);
    const outside = waMl(temporaryFolder(), 'doctor');
    expect([outside.status, outside.stderr.includes('no wa-ml.json')]).toEqual([2, true]);
  });

  it('ends a conflict as its people say, from the folder they are in', () => {
    const root = newRepository();
    const readme = 'models/diagnosis/Dockerfile.training';
    const first = read(root, readme).split('\n')[0]!;
    // As if the last release had had another first line, and somebody had edited that.
    write(root, readme, read(root, readme).replace(first, '# before'));
    write(
      root,
      '.wa-ml/manifest.json',
      read(root, '.wa-ml/manifest.json').replace(
        new RegExp(`("${readme}": "managed )\\w+`),
        `$1${blobId(read(root, readme))}`,
      ),
    );
    commit(root);
    write(root, readme, read(root, readme).replace('# before', '# mine'));
    const folder = join(root, 'models/diagnosis');
    const stuck = waMl(folder, 'doctor');
    expect([stuck.status, stuck.stdout.includes(`npx wa-ml resolve ${readme}`)]).toEqual([1, true]);
    expect(waMl(folder, 'diff', 'Dockerfile.training').stdout).toContain(`-# before\n+${first}\n`);
    expect(waMl(folder, 'resolve', 'Dockerfile.training').status).toBe(0);
    expect(read(root, readme)).toContain('# mine');
    const { files } = JSON.parse(waMl(folder, 'doctor', '--json').stdout) as {
      files: { path: string; state: string }[];
    };
    expect(files.find(({ path }) => path === readme)?.state).toBe('edited');
    expect(waMl(folder, 'adopt', 'Dockerfile.training').stderr).toContain('--force');
    expect(waMl(folder, 'adopt', 'Dockerfile.training', '--force').status).toBe(0);
    expect(read(root, readme)).toContain(first);
  });

  it('base-image refuses to build on a tag until a digest is known, and then prints it', () => {
    const root = newRepository();
    const refused = waMl(root, 'base-image', 'inference');
    expect([refused.status, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('"baseImages"');
    const image = `docker.io/library/python@sha256:${'0'.repeat(64)}`;
    write(
      root,
      'wa-ml.json',
      read(root, 'wa-ml.json').replace(
        '"environments"',
        `"baseImages": { "inference": "${image}" },\n  "environments"`,
      ),
    );
    expect(waMl(root, 'base-image', 'inference').stdout).toBe(`${image}\n`);
  });

  it.each([
    [['docotr'], 'wa-ml doctor'],
    [['doctor', '--jsno'], '--json'],
    [['eject'], 'wa-ml eject PATH'],
    [['adopt', 'READNE.md'], 'README.md'],
    [['resolve', '../x'], 'not in this repository'],
    [['base-image', 'both'], 'base-image inference'],
  ])('refuses %j and says what was meant', (args, says) => {
    const { status, stderr } = waMl(newRepository(), ...args);
    expect([status, stderr.includes(says)]).toEqual([2, true]);
  });
});
