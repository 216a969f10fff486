import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reconciliation } from '@wa-ml/blueprint';
import { WaMlError } from '@wa-ml/config';
import { runProgram, type Watch } from './run-program';
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

/** The models whose pyproject.toml was just written. */
function modelsToLock({ actions }: Pick<Reconciliation, 'actions'>): string[] {
  return actions.flatMap(({ path, content }) => {
    const model = /^models\/([^/]+)\/pyproject\.toml$/.exec(path)?.[1];
    return model === undefined || content === undefined ? [] : [model];
  });
}

const lockArguments = (model: string): string[] => [
  'lock',
  '--quiet',
  '--directory',
  `models/${model}`,
];

/**
 * Locks the Python packages of every model whose pyproject.toml was just written, so that the first commit pins
 * what everybody installs, and so that no later run finds a lock file that was not there when its cache was keyed.
 * It blocks, as projen's hook that calls it does.
 * @throws LockError, ToolchainError
 */
export function lockPythonPackages(root: string, outcome: Pick<Reconciliation, 'actions'>): void {
  for (const model of modelsToLock(outcome)) {
    const result = spawnSync(findUv(root), lockArguments(model), { cwd: root, encoding: 'utf8' });
    if (result.status !== 0)
      throw new LockError(model, (result.error?.message ?? result.stderr).trim());
  }
}

/**
 * The same without blocking, in a repository whose packages are installed: its own `wa-ml uv` finds or installs uv.
 * @throws LockError
 */
export async function lockPythonPackagesWatched(
  root: string,
  outcome: Pick<Reconciliation, 'actions'>,
  watch: Watch,
): Promise<void> {
  for (const model of modelsToLock(outcome)) {
    watch.onLine?.(model);
    const { status, output } = await runProgram(
      process.execPath,
      [installedProgram(root, model), 'uv', ...lockArguments(model)],
      { cwd: root, watch },
    );
    if (status !== 0) throw new LockError(model, output.trim());
  }
}

function installedProgram(root: string, model: string): string {
  const folder = join(root, 'node_modules/@wa-ml/project');
  try {
    const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    return join(folder, bin['wa-ml']!);
  } catch (error) {
    throw new LockError(model, `${(error as Error).message}.`);
  }
}
