import { describe, expect, it } from 'vitest';
import { deployTargets } from '../src/capabilities/delivery/deploy-target';
import { configurationOf, delivered, readWorkflow, repositories } from './delivery-repositories';

describe.each(repositories)('docs/deployment.md of a repository with %s', (_, tiers) => {
  const configuration = configurationOf(tiers);
  const files = delivered(configuration);
  const text = files.get('docs/deployment.md')!;
  const deploy = readWorkflow(files, '.github/workflows/deploy.yml');

  it('names every job of deploy.yml, in order, and no other', () => {
    const named = [...text.matchAll(/^\| `((?:check|approve-|deploy-)[a-z0-9]*)` \|/gm)].map(
      ([, id]) => id,
    );
    expect(named).toEqual(Object.keys(deploy.jobs));
  });

  it('names the role, the audience and the GitHub environments that the workflow uses', () => {
    for (const { roleArn, audience, gitHubEnvironment, approvalEnvironment } of deployTargets(
      configuration,
    )) {
      expect(text).toContain(
        `| \`${gitHubEnvironment}\` | \`${roleArn}\` | \`${audience}\` | \`repo:OWNER/REPOSITORY:environment:${gitHubEnvironment}\` |`,
      );
      expect(JSON.stringify(deploy.jobs[`deploy-${gitHubEnvironment}`])).toContain(roleArn);
      if (approvalEnvironment !== undefined)
        expect(text).toContain(`| environment \`${approvalEnvironment}\` | required reviewers;`);
    }
  });

  it('shows policies that are JSON and trust exactly one environment', () => {
    const policies = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(
      ([, json]) => JSON.parse(json!) as { Statement: [{ Action: string; Condition?: object }] },
    );
    expect(policies.map(({ Statement: [{ Action }] }) => Action)).toEqual([
      'sts:AssumeRoleWithWebIdentity',
      'sts:AssumeRole',
    ]);
    expect(JSON.stringify(policies[0]!.Statement[0].Condition)).toContain(
      `:environment:${Object.keys(tiers)[0]}"`,
    );
    expect(JSON.stringify(policies[0])).not.toContain('*');
  });
});
