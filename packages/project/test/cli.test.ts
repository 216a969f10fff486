import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newRepository, read, temporaryFolder, write } from './repository';

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
    expect(commands).toEqual(expect.arrayContaining(['status', 'promote', 'base-image', 'uv']));
    for (const command of commands.filter((name) => name !== 'uv'))
      expect(waMl(temporaryFolder(), command, '--help').stdout, command).toContain(
        `wa-ml ${command}`,
      );
  });

  it('status says what is out of step with exit code 1, and changes nothing', () => {
    const root = newRepository();
    expect(waMl(root, 'status').status).toBe(0);
    write(root, 'wa-ml.json', read(root, 'wa-ml.json').replace('"acme-ml"', '"other-ml"'));
    const { status, stdout } = waMl(root, 'status', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      inStep: false,
      files: expect.arrayContaining([
        expect.objectContaining({ kind: 'update', path: 'README.md' }),
      ]),
    });
    expect(read(root, 'README.md')).toContain('# acme-ml');
  });

  it('finds the repository from a folder inside it, and refuses one that is none', () => {
    const root = newRepository();
    expect(waMl(join(root, 'models/diagnosis'), 'status').status).toBe(0);
    const outside = waMl(temporaryFolder(), 'status');
    expect([outside.status, outside.stderr.includes('no wa-ml.json')]).toEqual([2, true]);
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
    [['statsu'], 'wa-ml status'],
    [['status', '--jsno'], '--json'],
    [['base-image', 'both'], 'base-image inference'],
  ])('refuses %j and says what was meant', (args, says) => {
    const { status, stderr } = waMl(newRepository(), ...args);
    expect([status, stderr.includes(says)]).toEqual([2, true]);
  });
});
