import {
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { WaMlError } from '@wa-ml/config';
import { temporaryName, WriteError } from './working-copy';

/** Only one run writes at a time; Git ignores the file. */
export const lockPath = '.wa-ml/lock';

/** Who holds the lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Another run is writing to the repository. Nothing was changed. */
export class LockedError extends WaMlError {
  constructor({ command, pid, host, since }: Holder) {
    super({
      code: 'LOCKED',
      what: 'Another run is changing this repository.',
      why: `It is \`${command}\`, process ${pid} on ${host}, since ${since}.`,
      next: `Wait for it and run this again. If there is no such run any more, delete ${lockPath}.`,
    });
  }
}

/** A process on another machine cannot be asked whether it lives; no run takes this long. In milliseconds. */
const longestRun = 10 * 60 * 1000;

/**
 * Runs something while no other run writes to the repository. Waits for nobody.
 * A lock whose process is gone is taken over, and what that process had half written is removed.
 * @throws LockedError, WriteError where the repository cannot be written.
 */
export function withLock<Result>(root: string, run: () => Result): Result {
  const file = join(root, lockPath);
  acquire(root, file);
  try {
    return run();
  } finally {
    rmSync(file, { force: true });
  }
}

function acquire(root: string, file: string): void {
  const before = takeLock(file);
  removeUnlinked(file);
  if (before !== undefined) removeTemporaries(root, before.pid);
}

/**
 * Makes the lock ours, or takes it over from a process that is gone. The one who takes over holds a lock
 * of its own meanwhile, `FILE.takeover`, and puts its name over the old one's in one step: the lock is never
 * free in between, and whoever read the old name a moment ago finds another when it is its turn.
 * A process that is killed while it takes over leaves both, and is itself taken over in the same way.
 * @returns the holder that it was taken over from.
 * @throws LockedError
 */
function takeLock(file: string): Holder | undefined {
  // A turn without an end is one in which the lock was released or changed hands while we looked.
  for (let turn = 0; turn < 5; turn++) {
    if (create(file)) return undefined;
    const holder = readHolder(file);
    if (!holder) continue;
    if (!isGone(holder, file)) throw new LockedError(holder);
    if (takeOver(file, holder)) return holder;
  }
  throw new LockedError(
    readHolder(file) ?? { pid: 0, host: 'unknown', command: 'unknown', since: 'just now' },
  );
}

/** @returns false where it is no longer the lock of that holder. @throws LockedError where another run takes it over. */
function takeOver(file: string, gone: Holder): boolean {
  const claim = `${file}.takeover`;
  takeLock(claim);
  try {
    const now = readHolder(file);
    if (now?.pid !== gone.pid || now.since !== gone.since) return false;
    const own = ownName(file);
    writeFileSync(own, JSON.stringify(ourselves()));
    renameSync(own, file);
    return true;
  } catch (error) {
    throw new WriteError(lockPath, error as NodeJS.ErrnoException);
  } finally {
    rmSync(claim, { force: true });
  }
}

const ownName = (file: string): string => `${file}.${process.pid}`;

const ourselves = (): Holder => ({
  pid: process.pid,
  host: hostname(),
  command: [basename(process.argv[1] ?? 'node'), ...process.argv.slice(2)].join(' '),
  since: new Date().toISOString(),
});

/** Written beside its place and linked there, so that nobody ever reads half of it. @returns false where there is one. */
function create(file: string): boolean {
  const own = ownName(file);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(own, JSON.stringify(ourselves()));
    linkOrCopy(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new WriteError(lockPath, error as NodeJS.ErrnoException);
  } finally {
    rmSync(own, { force: true });
  }
}

/** What processes left that were killed before their lock, or their claim to one, was in its place. */
function removeUnlinked(file: string): void {
  for (const name of readdirSync(dirname(file))) {
    const pid = Number(/^lock(?:\.takeover)*\.(\d+)$/.exec(name)?.[1] ?? process.pid);
    if (pid !== process.pid && !lives(pid)) rmSync(join(dirname(file), name), { force: true });
  }
}

/** Not every file system has links; there, a copy that fails where a file is comes closest. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

function readHolder(file: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined; // released just now
  }
  try {
    const { pid, host, command, since } = JSON.parse(text) as Partial<Holder>;
    if (typeof pid === 'number')
      return { pid, host: String(host), command: String(command), since: String(since) };
  } catch {
    // Somebody else's text: whoever it is, it is no run of ours.
  }
  return { pid: 0, host: hostname(), command: text.slice(0, 40), since: 'unknown' };
}

function isGone({ pid, host }: Holder, file: string): boolean {
  if (host !== hostname()) {
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - written > longestRun;
  }
  return pid <= 0 || !lives(pid);
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // EPERM: it lives, as somebody else
  }
}

/** Folders in which we never write, and which may be large. */
const notOurs = new Set(['.git', '.nx', '.venv', 'node_modules', 'cdk.out', '.ml', '.mlflow']);
/** A model's own data; ml_runtime has a folder of that name, too, and writes of ours in it. */
const peoplesData = /^models[\\/][^\\/]+[\\/]data$/;

/** Files that a killed process had begun and not moved to their place. */
function removeTemporaries(root: string, pid: number): void {
  const name = temporaryName(pid);
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!notOurs.has(entry.name) && !peoplesData.test(relative(root, path))) visit(path);
      } else if (
        entry.isFile() &&
        (entry.name === name || path === join(root, `${lockPath}.${pid}`))
      )
        rmSync(path, { force: true });
    }
  };
  visit(root);
}
