import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const start = promisify(execFile);
export const toolRoot = join(__dirname, '../..');
/** The bundled program, as it is published. */
export const createProgram = join(toolRoot, 'apps/create-wa-ml-project/dist/bin.js');
export const packages = join(toolRoot, 'tmp/packages');

const folders: string[] = [];
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wa-ml-e2e-'));
  folders.push(folder);
  return folder;
}
export const cleanUp = (): void =>
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; a failure is a result, not an exception. */
export async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  try {
    const { stdout, stderr } = await start(program, args, {
      cwd,
      env: {
        ...process.env,
        NX_DAEMON: 'false',
        NX_TUI: 'false',
        NO_COLOR: '1',
        GIT_AUTHOR_NAME: 'test',
        GIT_AUTHOR_EMAIL: 'test@example.com',
        GIT_COMMITTER_NAME: 'test',
        GIT_COMMITTER_EMAIL: 'test@example.com',
        ...env,
      },
      maxBuffer: 1 << 28,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as Finished;
    return {
      code: typeof code === 'number' ? code : -1,
      stdout: stdout ?? '',
      stderr: stderr ?? String(error),
    };
  }
}

/** Runs a program that must succeed. @returns what it printed. */
export async function must(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, cwd, env);
  if (code !== 0)
    throw new Error(
      `${program} ${args.join(' ')} ended with ${code}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`,
    );
  return stdout;
}

/** A program of a generated repository. */
export const bin = (repository: string, name: string): string =>
  join(repository, 'node_modules/.bin', name);
export const nx = (repository: string, ...args: string[]): Promise<string> =>
  must(bin(repository, 'nx'), args, repository);
export const git = (repository: string, ...args: string[]): Promise<string> =>
  must('git', args, repository);
export async function commitAll(repository: string): Promise<void> {
  await git(repository, 'add', '--all');
  await git(repository, 'commit', '--quiet', '--allow-empty', '--message', 'work');
}
export const read = (repository: string, path: string): string =>
  readFileSync(join(repository, path), 'utf8');
export const write = (repository: string, path: string, text: string): void =>
  writeFileSync(join(repository, path), text);
