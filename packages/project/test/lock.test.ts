import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LockedError, lockPath, withLock } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import {
  newRepository,
  projen,
  read,
  temporaryFolder,
  withTemplateChange,
  write,
} from './repository';

const readme = 'workspace/managed/README.md.hbs';
const release = withTemplateChange({ [readme]: (text) => text.replace('# {{repo}}', '# other') });
const holder = (pid: number, host = hostname()) =>
  JSON.stringify({ pid, host, command: 'projen', since: '2026-01-01T00:00:00.000Z' });
/** The id of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['-e', '0']).pid;

describe('the lock', () => {
  it('refuses a second run, naming the first, and changes nothing', async () => {
    const root = newRepository();
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    try {
      write(root, lockPath, holder(other.pid!));
      expect(() => projen(root, release)).toThrow(LockedError);
      expect(() => projen(root, release)).toThrow(new RegExp(`projen.*process ${other.pid}`));
      expect(read(root, 'README.md')).not.toContain('# other');
      expect(existsSync(join(root, lockPath))).toBe(true);
    } finally {
      other.kill();
      await once(other, 'exit');
    }
    projen(root, release);
    expect(read(root, 'README.md')).toContain('# other');
    expect(existsSync(join(root, lockPath))).toBe(false);
  });

  it('is taken over from a process that is gone, with what it had half written', () => {
    const root = newRepository();
    const pid = deadPid();
    write(root, lockPath, holder(pid));
    write(root, `infra/.${pid}.wa-ml.tmp`, 'half');
    write(root, `libs/ml-runtime/src/ml_runtime/data/.${pid}.wa-ml.tmp`, 'half');
    const killedBefore = `${lockPath}.${deadPid()}`; // before its lock was in its place
    write(root, killedBefore, '');
    write(root, 'infra/.1.wa-ml.tmp', 'of another run');
    projen(root, release);
    expect(existsSync(join(root, `infra/.${pid}.wa-ml.tmp`))).toBe(false);
    expect(
      existsSync(join(root, `libs/ml-runtime/src/ml_runtime/data/.${pid}.wa-ml.tmp`)),
      'in a folder of ours that is called as people call theirs',
    ).toBe(false);
    expect(existsSync(join(root, killedBefore))).toBe(false);
    expect(existsSync(join(root, 'infra/.1.wa-ml.tmp'))).toBe(true);
  });

  it('is left to another machine until no run can take that long, and never blocks a run that writes nothing', () => {
    const root = newRepository();
    write(root, lockPath, holder(deadPid(), 'elsewhere'));
    expect(projen(root)).toEqual([]);
    expect(() => projen(root, release)).toThrow(/on elsewhere/);
  });

  it.each(['', '{', 'not ours'])('that holds %j blocks nobody', (text) => {
    const root = temporaryFolder();
    write(root, lockPath, text);
    expect(withLock(root, () => 'ran')).toBe('ran');
  });

  it('is released after an error', () => {
    const root = temporaryFolder();
    expect(() =>
      withLock(root, () => {
        throw new Error('x');
      }),
    ).toThrow('x');
    expect(existsSync(join(root, lockPath))).toBe(false);
  });

  it('lets one of several processes in at a time, a stale lock or none', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, '.wa-ml'));
    const program = join(root, 'run.cjs');
    writeFileSync(
      program,
      `const { appendFileSync } = require('node:fs');
       const { withLock, LockedError } = require(${JSON.stringify(join(__dirname, '../lib/lock.js'))});
       const log = ${JSON.stringify(join(root, 'log'))};
       for (let left = 20; left > 0; ) {
         try {
           withLock(${JSON.stringify(root)}, () => {
             appendFileSync(log, 'in ' + process.pid + '\\n');
             Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
             if (left === 5) process.kill(process.pid, 'SIGKILL');
             appendFileSync(log, 'out ' + process.pid + '\\n');
           });
           left--;
         } catch (error) {
           if (error.code !== 'LOCKED') throw error;
         }
       }`,
    );
    const children = Array.from({ length: 4 }, () => spawn(process.execPath, [program]));
    await Promise.all(children.map((child) => once(child, 'exit')));
    const events = read(root, 'log').trim().split('\n');
    // Whoever is in is the next to leave, or was killed and never leaves.
    for (const [index, event] of events.entries()) {
      const leaves = event.replace('in', 'out');
      if (leaves !== event && events.includes(leaves, index))
        expect(events[index + 1]).toBe(leaves);
    }
    expect(events.filter((event) => event.startsWith('in')).length).toBe(4 * 16);
  });

  it('is taken over from whoever was killed while it took it over', () => {
    const root = temporaryFolder();
    for (const name of ['', '.takeover', '.takeover.takeover'])
      write(root, `${lockPath}${name}`, holder(deadPid()));
    write(root, `${lockPath}.takeover.${deadPid()}`, '');
    expect(withLock(root, () => readdirSync(join(root, '.wa-ml')))).toEqual(['lock']);
    expect(readdirSync(join(root, '.wa-ml'))).toEqual([]);
  });

  it('stays with whoever takes it over at the same time', async () => {
    const root = temporaryFolder();
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    try {
      write(root, lockPath, holder(deadPid()));
      write(root, `${lockPath}.takeover`, holder(other.pid!));
      expect(() => withLock(root, () => 'ran')).toThrow(LockedError);
      expect(readdirSync(join(root, '.wa-ml')).sort()).toEqual(['lock', 'lock.takeover']);
    } finally {
      other.kill();
      await once(other, 'exit');
    }
    expect(withLock(root, () => 'ran')).toBe('ran');
  });
});
