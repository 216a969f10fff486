import { spawn } from 'node:child_process';

/** How a program that takes long is watched. */
export interface Watch {
  /** Gets each line that the program prints. */
  readonly onLine?: (line: string) => void;
  /** Ends the program and all that it started. */
  readonly signal?: AbortSignal;
  /** Lets the program write to the terminal itself; then there are no lines. */
  readonly inherit?: boolean;
}

/** After this the program is killed that was asked to end; in milliseconds. */
const graceMilliseconds = 2000;

/**
 * Runs a program without blocking, in a process group of its own: Ctrl-C reaches us alone, and we end all of the group.
 * @returns its exit code, undefined where it was ended by a signal or never started, and what it printed.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, watch }: { cwd: string; env?: NodeJS.ProcessEnv; watch: Watch },
): Promise<{ status: number | undefined; output: string }> {
  return new Promise((settle) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: watch.inherit ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const lines = (rest + text).split(/\r?\n/);
        rest = lines.pop()!;
        for (const line of lines) watch.onLine?.(line);
      });
    }
    let impatient: NodeJS.Timeout | undefined;
    const end = (): void => {
      endGroup(child.pid, 'SIGTERM');
      impatient = setTimeout(() => endGroup(child.pid, 'SIGKILL'), graceMilliseconds);
    };
    const finish = (status: number | undefined): void => {
      clearTimeout(impatient);
      watch.signal?.removeEventListener('abort', end);
      // What outlives the program it belongs to must not go on writing into a folder that is taken away.
      if (watch.signal?.aborted) endGroup(child.pid, 'SIGKILL');
      settle({ status, output });
    };
    child.once('error', (error) => {
      output += `${error.message}\n`;
      finish(undefined);
    });
    child.once('close', (code) => finish(code ?? undefined));
    if (watch.signal?.aborted) end();
    else watch.signal?.addEventListener('abort', end, { once: true });
  });
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // Nothing is left of it.
  }
}
