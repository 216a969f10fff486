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

  it('leads from an empty account to an endpoint: each environment is bootstrapped, and nothing is a placeholder', () => {
    for (const { environment } of deployTargets(configuration)) {
      expect(text).toContain(`npx wa-ml bootstrap ${environment.name} `);
      expect(text).toContain(`npx wa-ml bootstrap ${environment.name} --execute`);
    }
    const steps = [...text.matchAll(/^(\d)\. /gm)].map(([, number]) => Number(number));
    expect(steps.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const anchors = [...text.matchAll(/\]\(#([a-z-]+)\)/g)].map(([, anchor]) => anchor);
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!.toLowerCase().replaceAll(' ', '-'),
    );
    expect(anchors.filter((anchor) => !headings.includes(anchor!))).toEqual([]);
  });
});
