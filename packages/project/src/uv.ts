import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
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
 * @throws ToolchainError
 */
export function findUv(root: string): string {
  const tools = join(root, '.wa-ml', 'tools');
  const windows = process.platform === 'win32';
  const ours = join(tools, windows ? 'Scripts' : 'bin', windows ? 'uv.exe' : 'uv');
  if (versionOf(ours) === versions.tools.uv) return ours;
  const minor = versions.tools.uv.split('.').slice(0, 2).join('.');
  if (versionOf('uv')?.startsWith(`${minor}.`)) return 'uv';
  install(tools, windows);
  if (!existsSync(ours))
    throw new ToolchainError(
      'uv could not be installed.',
      `${ours} is missing.`,
      'Install uv yourself: https://docs.astral.sh/uv/',
    );
  return ours;
}

function versionOf(program: string): string | undefined {
  const result = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.split(' ')[1]?.trim() : undefined;
}

function install(tools: string, windows: boolean): void {
  const python = ['python3.11', 'python3', 'python'].find((name) => isPython(name));
  if (!python) {
    throw new ToolchainError(
      'There is no Python.',
      `The models need Python ${versions.tools.python} or newer.`,
      `Install Python ${versions.tools.python}, then run this again.`,
    );
  }
  process.stderr.write(`Installing uv ${versions.tools.uv} into .wa-ml/tools ...\n`);
  rmSync(tools, { recursive: true, force: true });
  mkdirSync(tools, { recursive: true });
  must(spawnSync(python, ['-m', 'venv', tools], { encoding: 'utf8' }), 'python -m venv');
  const pip = join(tools, windows ? 'Scripts' : 'bin', windows ? 'python.exe' : 'python');
  must(
    spawnSync(
      pip,
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
