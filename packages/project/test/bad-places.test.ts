import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { carryOut, lockPath, WaMlProject } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import { newRepository, projen, read, temporaryFolder, tree, write } from './repository';

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

describe('something else in the place of a file', () => {
  /** A repository whose next run has something to write, and what a person did to it. */
  function changed(deed: (root: string) => void): string {
    const root = newRepository();
    write(root, 'wa-ml.json', read(root, 'wa-ml.json').replace('"eu-west-1"', '"eu-central-1"'));
    deed(root);
    return root;
  }
  const link = (path: string, to: string) => (root: string) => {
    rmSync(join(root, path));
    symlinkSync(to, join(root, path));
  };

  it('that is a link is refused, and left alone for good once it is ejected', () => {
    const root = changed(link('README.md', '../outside.md'));
    write(root, '../outside.md', 'theirs\n');
    expect(() => projen(root)).toThrow(/wa-ml eject README\.md/);
    carryOut(root, 'eject', new WaMlProject({ root }).plan(), ['README.md']);
    expect(projen(root)).toContainEqual(
      expect.objectContaining({ kind: 'update', path: 'docs/deployment.md' }),
    );
    expect(read(root, '../outside.md')).toBe('theirs\n');
    expect(lstatSync(join(root, 'README.md')).isSymbolicLink()).toBe(true);
  });

  it.each(['nowhere', '../../wa-ml.json'])('that was seeded may be a link, to %s', (to) => {
    const path = 'models/diagnosis/data.py';
    const root = changed(link(path, to));
    expect(projen(root).map(({ kind }) => kind)).toContain('update');
    expect(projen(root)).toEqual([]);
    expect(readlinkSync(join(root, path))).toBe(to);
  });

  it.skipIf(process.platform === 'win32')('that is a pipe is an error, and nobody waits', () => {
    const root = changed((folder) => {
      rmSync(join(folder, 'README.md'));
      spawnSync('mkfifo', [join(folder, 'README.md')]);
    });
    expect(() => projen(root)).toThrow(/A pipe, a socket or a device/);
  });

  it('that is larger than any text is a conflict where we have something new', () => {
    const root = changed((folder) => truncateSync(join(folder, 'README.md'), 65 * 1024 * 1024));
    expect(projen(root)).toContainEqual(
      expect.objectContaining({ kind: 'conflict', path: 'README.md' }),
    );
  });
});

describe('the mode of a file', () => {
  it('stays as it is, whatever the umask says', () => {
    const root = newRepository();
    chmodSync(join(root, 'README.md'), 0o664);
    write(root, 'wa-ml.json', read(root, 'wa-ml.json').replace('"eu-west-1"', '"eu-central-1"'));
    const program = `process.umask(0o077); const { keepInStep } = require(${library('keep-in-step.js')});
      const { WaMlProject } = require(${library('wa-ml-project.js')});
      keepInStep('.', new WaMlProject().plan());`;
    expect(spawnSync(process.execPath, ['-e', program], { cwd: root }).status).toBe(0);
    expect(read(root, 'README.md')).toContain('eu-central-1');
    expect(statSync(join(root, 'README.md')).mode & 0o777).toBe(0o664);
  });
});

describe('a manifest that an editor began with a byte order mark', () => {
  it('is read', () => {
    const root = newRepository();
    write(root, '.wa-ml/manifest.json', `\uFEFF${read(root, '.wa-ml/manifest.json')}`);
    expect(projen(root)).toEqual([]);
  });
});
