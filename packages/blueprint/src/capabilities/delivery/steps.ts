import { versions } from '../../versions';
import type { ActionStep, RunStep, Step } from './workflow-syntax';

/**
 * Clones the repository.
 * @param depth commits of history to fetch; 0 is all of it, on all branches.
 */
export function checkOut(depth = 1): ActionStep {
  return {
    name: 'Check out',
    uses: 'actions/checkout',
    // No later step needs to push, so that none of them finds the token on disk.
    with: { 'persist-credentials': false, 'fetch-depth': depth },
  };
}

/** Node and the locked packages of a job that only checks; the cache saves the downloads. */
export function setUpNode(): Step[] {
  return [nodeStep({ cache: 'npm' }), { name: 'Install the locked packages', run: 'npm ci' }];
}

/**
 * Node and the locked packages of a job that deploys: no cache, into which another run could have put something,
 * and no install scripts, which would run beside the right to ask for credentials.
 */
export function setUpNodeToDeploy(): Step[] {
  return [
    nodeStep({ 'package-manager-cache': false }),
    { name: 'Install the locked packages', run: 'npm ci --ignore-scripts' },
  ];
}

function nodeStep(cache: Readonly<Record<string, string | boolean>>): ActionStep {
  return {
    name: 'Set up Node',
    uses: 'actions/setup-node',
    with: { 'node-version': versions.tools.node, ...cache },
  };
}

/** Python and uv for the models; uv's cache keeps what it built, and fetches the published wheels again. */
export function setUpPython(): Step[] {
  return [
    {
      name: 'Set up Python',
      uses: 'actions/setup-python',
      with: { 'python-version': versions.tools.python },
    },
    {
      name: 'Set up uv',
      uses: 'astral-sh/setup-uv',
      with: {
        version: versions.tools.uv,
        'enable-cache': true,
        'prune-cache': true,
        // Before the first lock is committed, the constraints alone tell one state from another.
        'cache-dependency-glob': 'models/*/pyproject.toml\nmodels/*/uv.lock\n',
      },
    },
  ];
}

/** Several lines of Bash that stop at the first failure, an unset variable or a broken pipe. */
export function script(
  name: string,
  lines: readonly string[],
  rest: Partial<RunStep> = {},
): RunStep {
  return { name, ...rest, run: `${['set -euo pipefail', ...lines].join('\n')}\n` };
}
