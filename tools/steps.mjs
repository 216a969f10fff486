import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of this repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const colours = process.stderr.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

/** A command that failed, with the end of what it printed. */
export class CommandError extends Error {}

/**
 * Runs a program without a shell and keeps what it prints.
 * @param shown print it as it comes; 'whole': all at once when the program has ended. Default: false.
 * @returns standard output. @throws CommandError
 */
export function run(program, args, { cwd = root, env = {}, shown = false, input } = {}) {
  return new Promise((settle, fail) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    let [output, all] = ['', ''];
    child.stdout.on('data', (chunk) => {
      output += chunk;
      all += chunk;
      if (shown === true) process.stdout.write(chunk);
    });
    child.stderr.on('data', (chunk) => {
      all += chunk;
      if (shown === true) process.stderr.write(chunk);
    });
    if (input !== undefined) child.stdin.end(input);
    child.on('error', (error) => fail(new CommandError(`${program}: ${error.message}`)));
    // All that was printed is there once it is closed, which something left running may put off.
    child.on(shown === 'whole' ? 'close' : 'exit', (code, signal) => {
      if (shown === 'whole') process.stdout.write(all);
      if (code === 0) settle(output);
      else
        fail(
          new CommandError(
            `${program} ${args.join(' ')} ended with ${signal ?? `exit code ${code}`} in ${cwd}\n${all.trimEnd().split('\n').slice(-40).join('\n')}`,
          ),
        );
    });
  });
}

/** Runs one step, says so while it runs and how long it took. */
export async function step(title, work) {
  const since = Date.now();
  if (process.stderr.isTTY) process.stderr.write(`… ${title}\r`);
  else process.stderr.write(`… ${title}\n`);
  try {
    const result = await work();
    process.stderr.write(
      `${paint(32, '✓')} ${title} ${paint(2, `${((Date.now() - since) / 1000).toFixed(1)} s`)}\n`,
    );
    return result;
  } catch (error) {
    process.stderr.write(`${paint(31, '✗')} ${title}\n`);
    throw error;
  }
}

/** Installs what the lock file names, unless that was done since it last changed. */
export async function installNodePackages() {
  const mark = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(mark) && statSync(mark).mtimeMs >= statSync(lock).mtimeMs) return;
  await step('Installing the packages of this repository', () =>
    run('npm', ['ci', '--no-audit', '--no-fund']),
  );
}

/** Runs a program of node_modules/.bin. */
export function tool(name, args, options = {}) {
  return run(join(root, 'node_modules', '.bin', name), args, options);
}

/** Writes a file and the folders above it. */
export function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}
