import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './repository';

const program = join(__dirname, '../lib/cli/bin.js');
/** Outside of any repository: a shell's start-up file is sourced anywhere. */
const waMl = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { cwd: temporaryFolder(), encoding: 'utf8' });

describe('wa-ml completion', () => {
  const commands = [...waMl('--help').stdout.matchAll(/^ {2}([a-z-]+) {2}/gm)].map(
    (one) => one[1]!,
  );
  const options = commands
    .filter((name) => name !== 'uv')
    .flatMap((name) => [
      ...waMl(name, '--help').stdout.matchAll(/^ {2}(?:-\w, | {4})--([a-z-]+)/gm),
    ])
    .map((one) => one[1]!);

  it.each(['bash', 'zsh', 'fish'])('knows every command and option of the help in %s', (shell) => {
    const { stdout, status } = waMl('completion', shell);
    expect([status, commands.length > 3, options.length > 8]).toEqual([0, true, true]);
    const words = new Set(stdout.match(/[a-z]+(-[a-z]+)*/g));
    expect([...commands, ...options].filter((word) => !words.has(word))).toEqual([]);
  });

  it('refuses a shell that it does not know, and says which it knows', () => {
    for (const args of [[], ['tcsh']]) {
      const { status, stderr } = waMl('completion', ...args);
      expect([status, stderr.includes('bash, zsh, fish')]).toEqual([2, true]);
    }
  });
});
