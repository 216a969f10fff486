import { describe, expect, it } from 'vitest';
import { versions } from '../src';
import {
  configurationOf,
  delivered,
  readWorkflow,
  repositories,
  workflowPaths,
} from './delivery-repositories';

describe.each(repositories)('workflows of a repository with %s', (_, tiers) => {
  const files = delivered(configurationOf(tiers));
  const workflows = workflowPaths.map((path) => readWorkflow(files, path));
  const jobs = workflows.flatMap((workflow) => Object.entries(workflow.jobs));
  const steps = jobs.flatMap(([, job]) => job.steps);
  const deploy = readWorkflow(files, '.github/workflows/deploy.yml');

  it('name every action by a commit of the versions table, its tag beside it', () => {
    const known = Object.entries(versions.actions).map(
      ([name, { sha, tag }]) => `uses: ${name}@${sha} # ${tag}`,
    );
    const lines = workflowPaths
      .flatMap((path) => files.get(path)!.split('\n'))
      .filter((line) => line.includes('uses:'));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      expect(known).toContain(line.trim());
    }
  });

  it('deploy the environments one after the other, in the order of wa-ml.json', () => {
    expect(chainOf(deploy.jobs)).toEqual([
      'check',
      ...Object.entries(tiers).flatMap(([name, tier]) => [
        ...(tier === 'production' ? [`approve-${name}`] : []),
        `deploy-${name}`,
      ]),
    ]);
  });

  it('deploy to production behind an approval of another GitHub environment, and that only', () => {
    for (const [name, tier] of Object.entries(tiers)) {
      const approval = deploy.jobs[`approve-${name}`];
      expect(approval?.environment).toEqual(
        tier === 'production' ? { name: `${name}-approval` } : undefined,
      );
      expect(deploy.jobs[`deploy-${name}`]!.needs?.includes(`approve-${name}`)).toBe(
        tier === 'production',
      );
      expect(deploy.jobs[`deploy-${name}`]!.environment).toEqual({ name });
    }
  });

  it('deploy main alone, and never cancel a deployment', () => {
    expect(deploy.on['push']).toMatchObject({ branches: ['main'] });
    expect(deploy.jobs['check']!.if).toBe("github.ref == 'refs/heads/main'");
    for (const name of Object.keys(tiers)) {
      expect(deploy.jobs[`deploy-${name}`]!.concurrency).toEqual({
        group: `deploy-${name}`,
        'cancel-in-progress': false,
      });
    }
  });

  it('deploy each environment into its own account, with its own role', () => {
    for (const { name, account, region } of Object.values(configurationOf(tiers).environments)) {
      const job = deploy.jobs[`deploy-${name}`]!;
      const credentials = job.steps.find(({ uses }) =>
        uses?.startsWith('aws-actions/configure-aws-credentials@'),
      )!.with!;
      expect(credentials['role-to-assume']).toBe(
        `\${{ vars.DEPLOY_ROLE_ARN || 'arn:aws:iam::${account}:role/acme-ml-deploy-${name}' }}`,
      );
      expect(credentials['allowed-account-ids']).toBe(account);
      expect(credentials['aws-region']).toBe(region);
      expect(credentials['role-duration-seconds']).toBe(job['timeout-minutes'] * 60);
      expect(job.steps.at(-1)!.run).toMatch(
        new RegExp(
          `^npx --no-install cdk deploy --all .*-c environment=${name} --require-approval never$`,
        ),
      );
    }
  });

  it('let only jobs that assume a role ask for an OIDC token', () => {
    const asking = jobs
      .filter(([, job]) => job.permissions['id-token'] !== undefined)
      .map(([id]) => id);
    const assuming = jobs
      .filter(([, job]) => job.steps.some(({ uses }) => uses?.startsWith('aws-actions/')))
      .map(([id]) => id);
    expect(asking).toEqual(assuming);
    expect(asking).toEqual(Object.keys(tiers).map((name) => `deploy-${name}`));
  });

  it('give every job its permissions, its time limit and a runner by version', () => {
    for (const workflow of workflows) {
      expect(workflow.permissions).toEqual({ contents: 'read' });
      expect(workflow.defaults).toEqual({ run: { shell: 'bash' } });
    }
    for (const [id, job] of jobs) {
      expect(Object.keys(job.permissions), id).not.toEqual([]);
      expect(job['timeout-minutes'], id).toBeGreaterThan(0);
      expect(job['timeout-minutes'], id).toBeLessThanOrEqual(60);
      expect(job['runs-on'], id).toBe('ubuntu-24.04');
    }
  });

  it('leave no token on disk, paste nothing into scripts, and fail a script at its first failure', () => {
    for (const step of steps) {
      if (step.uses?.startsWith('actions/checkout@'))
        expect(step.with!['persist-credentials'], step.name).toBe(false);
      expect(step.run ?? '', step.name).not.toContain('${{');
      if (step.run?.trimEnd().includes('\n'))
        expect(step.run, step.name).toMatch(/^set -euo pipefail\n/);
    }
  });

  it('take nothing from a cache into a deployment, and run no install scripts there', () => {
    for (const job of Object.values(deploy.jobs)) {
      for (const step of job.steps) {
        if (step.uses?.startsWith('actions/setup-node@'))
          expect(step.with).toMatchObject({ 'package-manager-cache': false });
        expect(step.with ?? {}).not.toHaveProperty('cache');
        if (step.run?.startsWith('npm ci')) expect(step.run).toBe('npm ci --ignore-scripts');
      }
    }
  });
});

/** The ids of the jobs from the first one on, each needed by the next; fails where one is needed by two or by none. */
function chainOf(jobs: Readonly<Record<string, { readonly needs?: readonly string[] }>>): string[] {
  const chain: string[] = [];
  for (let next = followers(undefined); next.length > 0; next = followers(chain.at(-1))) {
    expect(next).toHaveLength(1);
    chain.push(next[0]!);
  }
  expect(chain).toHaveLength(Object.keys(jobs).length);
  return chain;

  function followers(of: string | undefined): string[] {
    const wanted = of === undefined ? [] : [of];
    return Object.keys(jobs).filter(
      (id) => JSON.stringify(jobs[id]!.needs ?? []) === JSON.stringify(wanted),
    );
  }
}

describe('ci.yml', () => {
  const three = repositories.find(([name]) => name === 'three environments')![1];

  it('checks lint and types, tests, synthesis, step and workflows on pull requests and on main', () => {
    const ci = readWorkflow(delivered(configurationOf(three)), '.github/workflows/ci.yml');
    const commands = Object.values(ci.jobs)
      .flatMap(({ steps }) => steps.map(({ run }) => run ?? ''))
      .join('\n');
    expect(ci.on).toEqual({ pull_request: {}, push: { branches: ['main'] } });
    for (const command of [
      'tsc --project tsconfig.json',
      'nx affected -t lint',
      'nx run-many -t lint',
      'nx affected -t test',
      'nx run-many -t test',
      'nx run infra:synth',
      'nx sync:check',
      'wa-ml doctor',
      'actionlint@v',
    ]) {
      expect(commands).toContain(command);
    }
  });

  it('fetches all history where old renders are looked up, and the base where affected projects are', () => {
    const ci = readWorkflow(delivered(configurationOf(three)), '.github/workflows/ci.yml');
    const depth = (job: string) => ci.jobs[job]!.steps[0]!.with!['fetch-depth'];
    expect([depth('in-step'), depth('lint'), depth('test'), depth('synth')]).toEqual([0, 2, 2, 1]);
  });

  it.each([[[]], [['diagnosis']], [['diagnosis', 'fraud']]])(
    'sets Python up for the models %j, and not for none',
    (models) => {
      const ci = readWorkflow(
        delivered(configurationOf(three, models)),
        '.github/workflows/ci.yml',
      );
      for (const job of ['lint', 'test']) {
        const uses = ci.jobs[job]!.steps.filter(({ uses: action }) =>
          /^(actions\/setup-python|astral-sh\/setup-uv)@/.test(action ?? ''),
        );
        expect(uses).toHaveLength(models.length === 0 ? 0 : 2);
      }
    },
  );
});

describe('partitions', () => {
  it.each([
    ['eu-west-1', 'arn:aws:', 'sts.amazonaws.com'],
    ['us-gov-west-1', 'arn:aws-us-gov:', 'sts.amazonaws.com'],
    ['cn-north-1', 'arn:aws-cn:', 'sts.amazonaws.com.cn'],
  ])('assumes a role of the partition of %s', (region, prefix, audience) => {
    const deploy = readWorkflow(
      delivered(configurationOf({ dev: 'development' }, [], region)),
      '.github/workflows/deploy.yml',
    );
    const credentials = deploy.jobs['deploy-dev']!.steps.find(({ uses }) =>
      uses?.startsWith('aws-actions/'),
    )!.with!;
    expect(credentials['role-to-assume']).toContain(
      `'${prefix}iam::010101010101:role/acme-ml-deploy-dev'`,
    );
    expect(credentials['audience']).toBe(audience);
  });
});
