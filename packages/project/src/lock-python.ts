import { spawnSync } from 'node:child_process';
import type { Reconciliation } from '@wa-ml/blueprint';
import { WaMlError } from '@wa-ml/config';
import { findUv } from './uv';

/** A model's Python packages could not be locked. */
export class LockError extends WaMlError {
  constructor(model: string, reason: string) {
    super({
      code: 'LOCK_FAILED',
      what: `The Python packages of ${model} are not locked.`,
      why: reason,
      next: `Run npx wa-ml uv lock --directory models/${model}, and commit its uv.lock.`,
    });
  }
}

/**
 * Locks the Python packages of every model whose pyproject.toml was just written, so that the first commit pins
 * what everybody installs, and so that no later run finds a lock file that was not there when its cache was keyed.
 * @throws LockError, ToolchainError
 */
export function lockPythonPackages(
  root: string,
  { actions }: Pick<Reconciliation, 'actions'>,
): void {
  for (const { path, content } of actions) {
    const model =
      content === undefined ? undefined : /^models\/([^/]+)\/pyproject\.toml$/.exec(path)?.[1];
    if (model === undefined) continue;
    const result = spawnSync(findUv(root), ['lock', '--quiet', '--directory', `models/${model}`], {
      cwd: root,
      encoding: 'utf8',
    });
    if (result.status !== 0)
      throw new LockError(model, (result.error?.message ?? result.stderr).trim());
  }
}
