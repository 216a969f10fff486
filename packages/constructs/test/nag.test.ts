import { Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { formatFindings } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { example, releaseIn, synthesiseExample } from './generated-infra';

const twoModels = {
  ...example,
  models: { ...example.models, fraud: { flavour: 'pytorch-tabular' as const } },
};

describe('the rules', () => {
  it.each([
    ['one model, released', example, releaseIn],
    ['one model, nothing released', example, () => ({})],
    ['two models, one of them released', twoModels, releaseIn],
  ])('find nothing in %s', async (_, configuration, releases) => {
    const { findings, exitCode, stacks } = await synthesiseExample({ configuration, releases });
    const released = Object.keys(configuration.environments).filter(
      (environment) => Object.keys(releases(environment)).length > 0,
    );
    // A release whose throughput nobody has measured is a warning, and the only one.
    expect(
      findings.map(({ rule, severity }) => [rule, severity]),
      formatFindings(findings),
    ).toEqual(released.map(() => ['WaMl-scaling-measured', 'warning']));
    expect(exitCode).toBe(0);
    // Backups outside of development, and copies in the recovery region of prod.
    expect(stacks).toHaveLength(3 * (2 + 3 * Object.keys(configuration.models).length) + 2 + 1);
  });

  it('find what somebody adds without care, and the list says where and what', async () => {
    const { findings, exitCode } = await synthesiseExample({
      environments: ['dev'],
      before: (app) =>
        void new Bucket(app.node.findChild('acme-ml-dev-foundation') as Stack, 'Careless'),
    });
    expect(exitCode).toBe(1);
    const text = formatFindings(findings);
    expect(text).toContain('AwsSolutions-S10');
    expect(text).toContain('acme-ml-dev-foundation/Careless/Resource');
    expect(text.split('\n').length).toBeLessThan(30);
  });

  it('are only set aside with a reason of at least 20 characters', async () => {
    const { app } = await synthesiseExample();
    const acknowledged = app.node
      .findAll()
      .flatMap((construct) =>
        construct.node.metadata
          .filter((entry) => entry.type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
          .flatMap((entry) => Object.entries(entry.data as Record<string, string>)),
      );
    expect(acknowledged.length).toBeGreaterThan(10);
    for (const [rule, reason] of acknowledged)
      expect(JSON.stringify(reason).length, rule).toBeGreaterThanOrEqual(22);
  });
});
