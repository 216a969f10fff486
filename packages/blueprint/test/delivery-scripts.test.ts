import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  configurationOf,
  delivered,
  readWorkflow,
  stepOf,
  type ReadStep,
} from './delivery-repositories';

const files = delivered(configurationOf({ dev: 'development', prod: 'production' }));
const deploy = readWorkflow(files, '.github/workflows/deploy.yml');
const ci = readWorkflow(files, '.github/workflows/ci.yml');
/** Why the approval's script cannot run here; undefined where it can. GitHub's runners have jq. */
const missing =
  spawnSync('jq', ['--version']).status === 0 ? undefined : 'there is no jq on the PATH';
if (missing !== undefined) console.warn(`approval of production: skipped, ${missing}`);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'delivery-'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program on the PATH of the scripts. */
function standIn(name: string, text: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/usr/bin/env bash\n${text}\n`);
  chmodSync(file, 0o755);
}

/** Runs a step as GitHub does: `bash --noprofile --norc -eo pipefail`. */
function runStep(step: ReadStep, env: Readonly<Record<string, string>> = {}, cwd = folder) {
  const literal = Object.fromEntries(
    Object.entries(step.env ?? {}).filter(([, value]) => !value.includes('${{')),
  );
  return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run!], {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`,
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      ...literal,
      ...env,
    },
  });
}

describe('the approval of production', () => {
  const run = (approvals: unknown, status = 0) => {
    standIn(
      'gh',
      `[ "$1 $2" = "api repos/acme/acme-ml/actions/runs/7/approvals" ] || exit 9\ncat <<'JSON'\n${JSON.stringify(approvals)}\nJSON\nexit ${status}`,
    );
    return runStep(stepOf(deploy, 'approve-prod', 'Check that somebody approved'), {
      GITHUB_REPOSITORY: 'acme/acme-ml',
      GITHUB_RUN_ID: '7',
    });
  };
  const review = (state: string, environment: string, login = 'ada') => ({
    state,
    user: { login },
    environments: [{ name: environment }],
  });

  beforeEach((context) => {
    if (missing !== undefined) context.skip(missing);
  });

  it('passes where somebody approved, and writes down who', () => {
    const result = run([
      review('approved', 'prod-approval', 'bob'),
      review('approved', 'prod-approval'),
      review('approved', 'other', 'eve'),
    ]);
    expect(result.status, result.stderr).toBe(0);
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toBe('Approved by ada, bob.\n');
  });

  it.each([
    ['nobody reviewed, because the environment has no reviewers', []],
    ['somebody rejected', [review('rejected', 'prod-approval')]],
    ['somebody approved another environment', [review('approved', 'prod')]],
  ])('fails where %s', (_, approvals) => {
    const result = run(approvals);
    expect(result.status).toBe(1);
    expect(result.stdout).toContain('::error title=Nobody approved::');
  });

  it('fails where GitHub does not answer', () => {
    expect(run([review('approved', 'prod-approval')], 1).status).not.toBe(0);
  });
});

describe('a deployment to production', () => {
  const step = stepOf(deploy, 'deploy-prod', 'Check that main still says the same');
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@acme.example', ...args], {
      cwd,
      stdio: 'pipe',
    });
  const commit = (path: string, text: string) => {
    mkdirSync(join(folder, 'origin', path, '..'), { recursive: true });
    appendFileSync(join(folder, 'origin', path), text);
    git(join(folder, 'origin'), 'add', '.');
    git(join(folder, 'origin'), 'commit', '--quiet', '-m', path);
  };
  const clone = () => {
    git(folder, 'clone', '--quiet', 'origin', 'clone');
    git(join(folder, 'clone'), 'checkout', '--quiet', '--detach', 'origin/main~1');
    return join(folder, 'clone');
  };

  beforeEach(() => {
    git(folder, 'init', '--quiet', '--initial-branch=main', 'origin');
    commit('releases/prod.json', '{}\n');
  });

  it.each(['models/diagnosis/model.py', 'README.md'])(
    'goes on where main has since changed only %s',
    (path) => {
      commit(path, '# more\n');
      expect(runStep(step, {}, clone()).status).toBe(0);
    },
  );

  it.each(['releases/prod.json', 'infra/app.ts', 'wa-ml.json', 'package-lock.json'])(
    'is refused where main has since changed %s',
    (path) => {
      commit(path, '\n');
      const result = runStep(step, {}, clone());
      expect(result.status).toBe(1);
      expect(result.stdout).toContain('::error title=Out of date::');
    },
  );

  it('is refused where main cannot be seen', () => {
    expect(runStep(step, {}, join(folder, 'origin')).status).toBe(1);
  });
});

describe('the checks of a change', () => {
  beforeEach(() => standIn('npx', 'echo "$@"'));

  it.each([
    ['pull_request', '--no-install nx affected -t test --base=HEAD^1 --head=HEAD\n'],
    ['push', '--no-install nx run-many -t test\n'],
  ])('on %s run what they must', (event, command) => {
    const step = ci.jobs['test']!.steps.at(-1)!;
    expect(runStep(step, { GITHUB_EVENT_NAME: event }).stdout).toBe(command);
  });
});

it('shows every release in the summary of the run', () => {
  mkdirSync(join(folder, 'releases'));
  writeFileSync(join(folder, 'releases/dev.json'), '{}\n');
  writeFileSync(join(folder, 'releases/prod.json'), '{ "diagnosis": 1 }\n');
  const result = runStep(stepOf(deploy, 'check', 'Show the releases'));
  expect(result.status, result.stderr).toBe(0);
  expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toBe(
    '### releases/dev.json\n\n```json\n{}\n```\n\n### releases/prod.json\n\n```json\n{ "diagnosis": 1 }\n```\n\n',
  );
});
