import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Reconciliation } from '@wa-ml/blueprint';
import { WaMlError } from '@wa-ml/config';
import { runProgram, type Watch } from './run-program';

/** `npm install` ended with an error. */
export class InstallError extends WaMlError {
  constructor(command: string, output: string) {
    super({
      code: 'INSTALL_FAILED',
      what: `\`${command}\` failed.`,
      why: output.trim().split('\n').slice(-5).join('\n') || 'It printed nothing.',
      next: `Run \`${command}\` yourself in the repository to see all of it; the files are written.`,
    });
  }
}

/** How npm is started without a shell. On Windows it is a script, which only its JavaScript entry avoids. */
function npmCommand(args: readonly string[]): [program: string, args: string[]] {
  const entry = process.env['npm_execpath'];
  return entry?.endsWith('.js') || entry?.endsWith('.cjs')
    ? [process.execPath, [entry, ...args]]
    : ['npm', [...args]];
}

const environment = { npm_config_yes: 'true' };
const shownAbove = 'What it printed is above.';
const manifests = new Set(['package.json', 'infra/package.json']);

/**
 * What npm has to do: nothing unless a package.json was written or nothing is installed yet.
 * @param changesLock whether the lock file may follow package.json also in CI.
 */
function npmArguments(
  root: string,
  { actions }: Pick<Reconciliation, 'actions'>,
  changesLock = false,
): string[] | undefined {
  const changed = actions.some(
    (action) => manifests.has(action.path) && action.content !== undefined,
  );
  if (!changed && existsSync(join(root, 'node_modules'))) return undefined;
  // A lock file that no longer fits must not be rewritten where nobody would commit it.
  const command = !changesLock && process.env['CI'] && existsSync(join(root, 'package-lock.json'));
  return [command ? 'ci' : 'install', '--no-audit', '--no-fund'];
}

/**
 * Installs if a package.json was written or nothing is installed yet, with npm's own output.
 * It blocks, as projen's hook that calls it does.
 * @throws InstallError
 */
export function installDependencies(root: string, outcome: Pick<Reconciliation, 'actions'>): void {
  const args = npmArguments(root, outcome);
  if (!args) return;
  const result = spawnSync(...npmCommand(args), {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  if (result.status !== 0)
    throw new InstallError(`npm ${args.join(' ')}`, result.error?.message ?? shownAbove);
}

/**
 * The same without blocking; of a failure the last lines are in the error.
 * @param changesLock whether the lock file follows package.json also in CI, because it is committed with it.
 * @throws InstallError
 */
export async function installDependenciesWatched(
  root: string,
  outcome: Pick<Reconciliation, 'actions'>,
  watch: Watch,
  changesLock = false,
): Promise<void> {
  const args = npmArguments(root, outcome, changesLock);
  if (args) await runNpm(root, args, watch);
}

/**
 * Installs tarballs in a folder of their own, in which nothing else is.
 * @throws InstallError
 */
export async function installPackages(
  folder: string,
  tarballs: readonly string[],
  watch: Watch,
): Promise<void> {
  await runNpm(
    folder,
    ['install', '--no-audit', '--no-fund', '--prefix', folder, ...tarballs],
    watch,
  );
}

async function runNpm(root: string, args: readonly string[], watch: Watch): Promise<void> {
  // At this level npm names each package that it fetches.
  const talkative = watch.inherit ? [] : ['--loglevel=http'];
  const { status, output } = await runProgram(...npmCommand([...args, ...talkative]), {
    cwd: root,
    env: environment,
    watch: { ...watch, onLine: (line) => watch.onLine?.(fetchedPackage(line) ?? line) },
  });
  if (status !== 0)
    throw new InstallError(
      `npm ${args.join(' ')}`,
      (watch.inherit && !output ? shownAbove : output)
        .split('\n')
        .filter((line) => !line.startsWith('npm http '))
        .join('\n'),
    );
}

/** `npm http fetch GET 200 https://registry/@nx%2fdevkit 45ms` -> `@nx/devkit`. */
function fetchedPackage(line: string): string | undefined {
  const last = /^npm http (?:fetch|cache) .*?\/([^/\s?]+)(?:\?\S*)? \d+ms/.exec(line)?.[1];
  return last?.replace(/%2f/i, '/').replace(/\.tgz$/, '');
}
