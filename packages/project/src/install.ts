import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Reconciliation } from '@wa-ml/blueprint';
import { WaMlError } from '@wa-ml/config';

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

/** Runs a program without a shell. On Windows npm is a script, which only its JavaScript entry avoids. */
export function npm(root: string, args: readonly string[], inherit: boolean): void {
  const entry = process.env['npm_execpath'];
  const [program, first] =
    entry?.endsWith('.js') || entry?.endsWith('.cjs') ? [process.execPath, [entry]] : ['npm', []];
  const result = spawnSync(program, [...first, ...args], {
    cwd: root,
    stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, npm_config_yes: 'true' },
  });
  if (result.status !== 0)
    throw new InstallError(
      `npm ${args.join(' ')}`,
      `${result.error?.message ?? ''}${result.stderr ?? ''}`,
    );
}

const manifests = new Set(['package.json', 'infra/package.json']);

/**
 * Installs if a package.json was written or nothing is installed yet.
 * @param shown whether npm's own output is shown; of a failure its last lines are always in the error.
 * @throws InstallError
 */
export function installDependencies(
  root: string,
  { actions }: Pick<Reconciliation, 'actions'>,
  shown = true,
): void {
  const changed = actions.some(
    (action) => manifests.has(action.path) && action.content !== undefined,
  );
  if (!changed && existsSync(join(root, 'node_modules'))) return;
  // A lock file that no longer fits must not be rewritten where nobody would commit it.
  npm(
    root,
    [
      process.env['CI'] && existsSync(join(root, 'package-lock.json')) ? 'ci' : 'install',
      '--no-audit',
      '--no-fund',
    ],
    shown,
  );
}
