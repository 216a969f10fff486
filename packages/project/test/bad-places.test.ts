import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { lockPath } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import { read, temporaryFolder, tree } from './repository';

const library = (name: string) => JSON.stringify(join(__dirname, '../lib', name));
/** A program that keeps a folder in step with many files of a content, in rounds. */
function programOf(rounds: number, lines = 20_000): string {
  const file = join(temporaryFolder(), 'run.cjs');
  writeFileSync(
    file,
    `const { keepInStep } = require(${library('keep-in-step.js')});
     for (let round = 0; round < ${rounds}; round++) {
       const content = (String(round % 2) + '\\n').repeat(${lines});
       const plan = Array.from({ length: 40 }, (_, n) => ({ path: 'folder/' + (100 + n), owner: 'managed', content }));
       try {
         keepInStep(process.argv[2], plan);
       } catch (error) {
         console.log(error.code);
         process.exit(3);
       }
     }`,
  );
  return file;
}
/** Runs a shell script in a mount namespace of its own, where that is allowed. */
const inNamespace = (script: string) =>
  spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-ec', script], { encoding: 'utf8' });
const mayMount = inNamespace('mount -t tmpfs tmpfs /mnt').status === 0;

describe.skipIf(!mayMount)('a disk', () => {
  it('that is full leaves every file whole, old or new, and the next run finishes', () => {
    const root = temporaryFolder();
    const program = programOf(1);
    const { stdout } = inNamespace(`
      mount -t tmpfs -o size=1m tmpfs ${root}
      node ${program} ${root} || echo "exit $?"
      find ${root} -type f -size -40000c | grep -v -e manifest -e journal || echo "all whole"
      mount -o remount,size=8m ${root}
      node ${program} ${root}
      find ${root}/folder -type f | wc -l
      find ${root} -name '.*.tmp' -o -name 'lock*' | wc -l`);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual(['WRITE_FAILED', 'exit 3', 'all whole', '40', '0']);
  });

  it('that is read-only is a typed error, and none where there is nothing to write', () => {
    const root = temporaryFolder();
    const { stdout } = inNamespace(`
      mount -t tmpfs tmpfs ${root}
      node ${programOf(1)} ${root}
      mount -o remount,ro ${root}
      node ${programOf(1)} ${root} && echo "in step"
      node ${programOf(2)} ${root} || echo "exit $?"`);
    expect(stdout.trim().split('\n')).toEqual(['in step', 'WRITE_FAILED', 'exit 3']);
  });
});

/** Whether a process holds the lock, not one that was killed before. */
const holds = (root: string, pid: number) =>
  existsSync(join(root, lockPath)) && read(root, lockPath).includes(`"pid":${pid},`);

describe('a process that is killed', () => {
  it('leaves whole files, and the next run finishes and tidies up', async () => {
    const root = temporaryFolder();
    const lines = 500_000;
    const program = programOf(100_000, lines);
    let interrupted = 0;
    for (let turn = 0; turn < 8; turn++) {
      const child = spawn(process.execPath, [program, root]);
      const ended = once(child, 'exit');
      while (!holds(root, child.pid!)) await wait(1);
      await wait(25 * turn);
      child.kill('SIGKILL');
      await ended;
      if (existsSync(join(root, lockPath))) interrupted++;
      const half = Object.entries(tree(root)).filter(
        ([path, text]) => /^folder\/\d+$/.test(path) && text !== `${text[0]}\n`.repeat(lines),
      );
      expect(half.map(([path, text]) => [path, text.length])).toEqual([]);
    }
    expect(interrupted).toBeGreaterThan(0);
    spawnSync(process.execPath, [programOf(1, lines), root]);
    const after = tree(root);
    expect(Object.keys(after).filter((path) => /tmp$|lock/.test(path))).toEqual([]);
    expect(
      new Set(
        Object.entries(after).flatMap(([path, text]) =>
          path.startsWith('folder/') ? [text[0]] : [],
        ),
      ),
    ).toEqual(new Set(['0']));
  });
});
