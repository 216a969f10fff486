import { spawn, spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { newRepository, temporaryFolder, tree } from '../../packages/project/test/repository';

const program = join(__dirname, 'keep-releases.mjs');
const library = join(__dirname, '../../packages/project/lib/index.js');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The release that it was writing when it ended. */
  readonly release: number;
  readonly stderr: string;
}

/** Starts a process that brings a folder in step with releases `first` to `last`. @param killAfter ms of writing, then SIGKILL. */
export function keep(
  folder: string,
  first: number,
  last: number,
  killAfter?: number,
): Promise<Finished> {
  return new Promise((settle, fail) => {
    const child = spawn(process.execPath, [program, library, folder, String(first), String(last)]);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      if (stdout === '' && killAfter !== undefined)
        setTimeout(() => child.kill('SIGKILL'), killAfter);
      stdout += String(chunk);
    });
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.on('error', fail);
    child.on('close', (code, signal) =>
      settle({ code, signal, stderr, release: Number(stdout.trim().split('\n').at(-1)) }),
    );
  });
}

/** The same to its end, at once. @param user somebody else to run as; then the code has to lie where they may read it. */
export function keepNow(
  folder: string,
  release: number,
  user: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
  code: { program: string; library: string } = { program, library },
): { code: number | null; stderr: string } {
  const { status, stderr } = spawnSync(
    process.execPath,
    [code.program, code.library, folder, String(release), String(release)],
    { encoding: 'utf8', ...user },
  );
  return { code: status, stderr };
}

const undisturbed = new Map<number, Record<string, string>>();
const started = newRepository();

/** A repository as `create` made it, in a place of its own. */
export function freshCopy(folder = join(temporaryFolder(), 'acme-ml')): string {
  cpSync(started, folder, { recursive: true });
  return folder;
}

/** The tree that a release makes of it where nothing goes wrong. */
export function undisturbedTree(release: number): Record<string, string> {
  let found = undisturbed.get(release);
  if (!found) {
    const folder = freshCopy();
    const { code, stderr } = keepNow(folder, release);
    if (code !== 0) throw new Error(`keep-releases.mjs ended with ${code}: ${stderr}`);
    found = tree(folder);
    rmSync(folder, { recursive: true, force: true });
    undisturbed.set(release, found);
  }
  return found;
}

export const isTemporary = (path: string): boolean => /\.wa-ml\.tmp$|\.tmp$/.test(path);

/** The paths that are neither as one release has them nor as another: torn, or lost. */
export function tornFiles(folder: string, releases: readonly number[]): string[] {
  const files = tree(folder);
  const known = releases.map((release) =>
    release === 0 ? tree(started) : undisturbedTree(release),
  );
  return Object.keys(known[0]!).filter(
    (path) => path !== '.wa-ml/manifest.json' && !known.some((one) => one[path] === files[path]),
  );
}
