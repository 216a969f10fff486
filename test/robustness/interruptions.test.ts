import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createRepository } from '@wa-ml/project';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder, textOf, tree } from '../../packages/project/test/repository';
import { deep, effort } from './effort';
import { freshCopy, isTemporary, keep, keepNow, tornFiles, undisturbedTree } from './releases';

const undo: (() => void)[] = [];
afterEach(() => undo.splice(0).forEach((one) => one()));
const root = process.getuid?.() === 0;

/** One more run of the same release: in step, as if nothing had happened, and nothing left lying about. */
function expectHealed(folder: string, release: number): void {
  expect(keepNow(folder, release)).toEqual({ code: 0, stderr: '' });
  const healed = tree(folder);
  expect(Object.keys(healed).filter(isTemporary), 'temporary files').toEqual([]);
  expect(healed).toEqual(undisturbedTree(release));
}

describe('a run that is killed', () => {
  it(
    'leaves every file as it was or as it shall be, and the next run of that release heals the rest',
    { timeout: 900_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 200 }), async (milliseconds) => {
          const folder = freshCopy();
          const { signal, release } = await keep(folder, 1, 1000, milliseconds);
          expect(signal).toBe('SIGKILL');
          expect(tornFiles(folder, [release - 1, release])).toEqual([]);
          expectHealed(folder, release);
          rmSync(folder, { recursive: true, force: true });
        }),
        { ...effort({ usual: 2, deep: 100 }), endOnFailure: true },
      );
    },
  );
});

describe('a run that is killed between writing a temporary file and renaming it', () => {
  it('is healed by the next, which removes that file', { timeout: 300_000 }, () => {
    for (const rename of deep ? [1, 2, 10, 30, 60] : [50]) {
      const folder = freshCopy();
      const env = { ...process.env, DIE_AT_RENAME: String(rename) };
      expect(keepNow(folder, 1, { env }).code).toBe(null);
      expect(Object.keys(tree(folder)).filter(isTemporary)).toHaveLength(1);
      expect(tornFiles(folder, [0, 1])).toEqual([]);
      expectHealed(folder, 1);
    }
  });
});

describe('a full disk', () => {
  it('ends with a typed error, every file whole, and the next run on a roomier disk heals it', (context) => {
    const disk = join(temporaryFolder(), 'disk');
    mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk], {
      encoding: 'utf8',
    });
    if (mounted.status !== 0)
      return context.skip(`no small disk can be mounted here: ${mounted.stderr || mounted.error}`);
    undo.push(() => spawnSync('umount', [disk]));
    for (const room of deep ? [0, 1, 2] : [0, 1]) {
      const folder = freshCopy(join(disk, 'acme-ml'));
      fill(join(disk, 'ballast'), room);
      const { code, stderr } = keepNow(folder, 1);
      expect([code, stderr]).toEqual([3, expect.stringContaining('"WRITE_FAILED"')]);
      expect(stderr).toContain('The disk is full.');
      expect(Object.keys(tree(folder)).filter(isTemporary)).toEqual([]);
      expect(tornFiles(folder, [0, 1])).toEqual([]);
      rmSync(join(disk, 'ballast'));
      expectHealed(folder, 1);
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves nothing behind when there was no repository yet', (context) => {
    const disk = join(temporaryFolder(), 'disk');
    mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk], {
      encoding: 'utf8',
    });
    if (mounted.status !== 0)
      return context.skip(`no small disk can be mounted here: ${mounted.stderr || mounted.error}`);
    undo.push(() => spawnSync('umount', [disk]));
    expect(() =>
      createRepository({ directory: join(disk, 'acme-ml'), configurationText: textOf() }),
    ).toThrow(/The disk is full/);
    expect(readdirSync(disk)).toEqual([]);
  });

  /** Fills the disk but for some blocks of 4 KiB. */
  function fill(ballast: string, room: number): void {
    const blocks: Buffer[] = [];
    const block = Buffer.alloc(4096);
    try {
      for (;;) writeFileSync(ballast, block, { flag: 'a' });
    } catch {
      blocks.length = 0; // full: as wanted
    }
    const size = statSync(ballast).size;
    spawnSync('truncate', ['--size', String(Math.max(0, size - room * 4096)), ballast]);
  }
});

describe('a folder that may not be written', () => {
  it('ends with a typed error for somebody who is not root, every file whole, and heals when it may', () => {
    // Root ignores modes, so another user runs a copy of the code, from a folder that everybody may read.
    const place = temporaryFolder();
    chmodSync(place, 0o755);
    const code = copyOfTheCode(join(place, 'code'));
    const folder = freshCopy(join(place, 'acme-ml'));
    const user = root ? { uid: 65534, gid: 65534 } : {};
    if (root) spawnSync('chown', ['-R', '65534:65534', folder]);
    const home = join(place, 'home');
    mkdirSync(home, { mode: 0o777 });
    if (root) chownSync(home, 65534, 65534);
    const env = { PATH: process.env['PATH'], HOME: home, TMPDIR: home };
    const closed = join(folder, 'models/diagnosis');
    chmodSync(closed, 0o555);
    undo.push(() => chmodSync(closed, 0o755));
    const refused = keepNow(folder, 1, { ...user, env }, code);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('"WRITE_FAILED"')]);
    expect(refused.stderr).toContain('not open to you');
    expect(Object.keys(tree(folder)).filter(isTemporary)).toEqual([]);
    expect(tornFiles(folder, [0, 1])).toEqual([]);
    chmodSync(closed, 0o755);
    expect(keepNow(folder, 1, { ...user, env }, code)).toEqual({ code: 0, stderr: '' });
    expect(tree(folder)).toEqual(undisturbedTree(1));
  });
});

describe('two runs at once', () => {
  it(
    'each ends well or says why not, and one more run finds all in step',
    { timeout: 1_800_000 },
    async () => {
      for (let round = 0; round < (deep ? 20 : 1); round++) {
        const folder = freshCopy();
        const both = await Promise.all([keep(folder, 1, 3), keep(folder, 1, 3)]);
        for (const { code, stderr } of both) {
          expect([0, 3]).toContain(code);
          // Refused by a lock, perhaps, but never by an exception that nobody expected.
          if (code === 3)
            expect(stderr).toMatch(/"code":"[A-Z]+(_[A-Z]+)*","what":".+","why":".+","next":".+"/);
        }
        expect(tornFiles(folder, [0, 1, 2, 3])).toEqual([]);
        expectHealed(folder, 3);
      }
    },
  );
});

/** The compiled packages as one file, for somebody who may not read this folder. */
function copyOfTheCode(place: string): { program: string; library: string } {
  const repository = join(__dirname, '../..');
  const library = join(place, 'index.js');
  buildSync({
    entryPoints: [join(repository, 'packages/project/lib/index.js')],
    outfile: library,
    bundle: true,
    platform: 'node',
    external: ['@aws-sdk/*'],
    // Its CommonJS form asks for its parts in a way that no bundler can follow.
    alias: { 'jsonc-parser': join(repository, 'node_modules/jsonc-parser/lib/esm/main.js') },
    logLevel: 'error',
  });
  cpSync(join(repository, 'packages/project/lib/templates.json'), join(place, 'templates.json'));
  const program = join(place, 'keep-releases.mjs');
  cpSync(join(__dirname, 'keep-releases.mjs'), program);
  return { program, library };
}
