import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '@wa-ml/blueprint';
import { WaMlError } from '@wa-ml/config';

/** Neither uv nor a Python to install it with is there. */
export class ToolchainError extends WaMlError {
  constructor(what: string, why: string, next: string) {
    super({ code: 'TOOLCHAIN_MISSING', what, why, next });
  }
}

/**
 * The uv program: the pinned one in `.wa-ml/tools/`, or one on the PATH of the same minor version;
 * else the pinned one is installed from the Python package index.
 * Several processes may ask at once: each installs into a folder of its own, and the program is moved into place.
 * @throws ToolchainError
 */
export function findUv(root: string): string {
  const tools = join(root, '.wa-ml', 'tools');
  const ours = join(tools, `uv-${versions.tools.uv}${windows ? '.exe' : ''}`);
  if (existsSync(ours)) return ours;
  const minor = versions.tools.uv.split('.').slice(0, 2).join('.');
  if (versionOf('uv')?.startsWith(`${minor}.`)) return 'uv';
  install(tools, ours);
  return ours;
}

const windows = process.platform === 'win32';

function versionOf(program: string): string | undefined {
  const result = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.split(' ')[1]?.trim() : undefined;
}

function install(tools: string, ours: string): void {
  const python = ['python3.11', 'python3', 'python'].find((name) => isPython(name));
  if (!python) {
    throw new ToolchainError(
      'There is no Python.',
      `The models need Python ${versions.tools.python} or newer.`,
      `Install Python ${versions.tools.python}, then run this again.`,
    );
  }
  process.stderr.write(`Installing uv ${versions.tools.uv} into .wa-ml/tools ...\n`);
  mkdirSync(tools, { recursive: true });
  const environment = mkdtempSync(join(tools, 'installing-'));
  try {
    must(spawnSync(python, ['-m', 'venv', environment], { encoding: 'utf8' }), 'python -m venv');
    const [programs, suffix] = windows ? ['Scripts', '.exe'] : ['bin', ''];
    must(
      spawnSync(
        join(environment, programs, `python${suffix}`),
        [
          '-m',
          'pip',
          'install',
          '--quiet',
          '--disable-pip-version-check',
          `uv==${versions.tools.uv}`,
        ],
        { encoding: 'utf8' },
      ),
      `pip install uv==${versions.tools.uv}`,
    );
    renameSync(join(environment, programs, `uv${suffix}`), ours);
  } finally {
    rmSync(environment, { recursive: true, force: true });
  }
}

function isPython(name: string): boolean {
  const result = spawnSync(name, ['-c', 'import sys; print(sys.version_info >= (3, 11))'], {
    encoding: 'utf8',
  });
  return result.status === 0 && result.stdout.trim() === 'True';
}

function must(result: SpawnSyncReturns<string>, command: string): void {
  if (result.status !== 0) {
    throw new ToolchainError(
      `\`${command}\` failed.`,
      (result.error?.message ?? result.stderr).trim(),
      'Install uv yourself: https://docs.astral.sh/uv/',
    );
  }
}
