import { regimes, retentionByRegime } from '@wa-ml/config';
import { checkCompliance, checkedApp, formatFindings } from '@wa-ml/constructs';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { everything, releasesOfEverything } from './everything';
import {
  example,
  exampleWithData,
  releaseIn,
  resourcesOf,
  synthesiseExample,
} from './generated-infra';

/** Everything that writes a log: a data pipeline, an API and a batch transform, and a model on an instance type with local disks, which gets no key. */
const models = {
  ...exampleWithData.models,
  fronted: { flavour: 'pytorch-tabular' as const, endpoint: { api: true } },
  gpu: { flavour: 'pytorch-tabular' as const, endpoint: { instanceType: 'ml.g5.xlarge' } },
  nightly: {
    flavour: 'pytorch-tabular' as const,
    endpoint: { type: 'batchTransform' as const, batchSchedule: 'cron(0 5 * * ? *)' },
  },
};
const releases = (environment: string) => ({
  ...releaseIn(environment),
  ...releaseIn(environment, 'gpu'),
  ...releaseIn(environment, 'nightly'),
  ...releaseIn(environment, 'fronted'),
});
const synthesised = await synthesiseExample({
  configuration: { ...exampleWithData, models, compliance: [...regimes] },
  releases,
});

describe('compliance', () => {
  it('with every regime the stacks of every environment pass every pack', () => {
    const errors = synthesised.findings.filter(({ severity }) => severity === 'error');
    expect(errors, formatFindings(errors)).toEqual([]);
    expect(synthesised.findings.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['WaMl-scaling-measured']),
    );
  });

  it('with every regime, whatever the stacks can hold passes every pack', async () => {
    const { findings } = await synthesiseExample({
      configuration: everything,
      environments: ['dev', 'prod'],
      releases: releasesOfEverything,
    });
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors, formatFindings(errors)).toEqual([]);
  });

  it('adds a pack for each regime that cdk-nag has one for, once', () => {
    const app = checkedApp();
    const plugins = () =>
      ((app as any).policyValidationBeta1 as { name: string }[]).map(({ name }) => name);
    const before = plugins();
    checkCompliance(app, ['hipaa', 'soc2']);
    checkCompliance(app, ['hipaa', 'pci', 'nist', 'gdpr']);
    expect(plugins().slice(before.length)).toEqual([
      'HIPAA.Security',
      'PCI.DSS.321',
      'NIST.800.53.R5',
    ]);
  });

  it('the packs do look: a bucket without replication and a role with an inline policy are found', async () => {
    const { findings } = await synthesiseExample({
      configuration: { ...example, compliance: ['hipaa'] },
      environments: ['dev'],
      before: (app) => {
        const stack = app.node.findChild('acme-ml-dev-cost');
        new Role(stack, 'Careless', {
          assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
          inlinePolicies: {
            all: new PolicyDocument({
              statements: [
                new PolicyStatement({ actions: ['s3:ListAllMyBuckets'], resources: ['*'] }),
              ],
            }),
          },
        });
        new Bucket(stack, 'Single');
      },
    });
    const rules = findings.map(({ rule }) => rule);
    expect(rules).toContain('HIPAA.Security-IAMNoInlinePolicy');
    expect(rules).toContain('HIPAA.Security-S3BucketReplicationEnabled');
  });

  it('keeps audit records and logs as long as the longest regime asks, in every tier', () => {
    const longest = Math.max(...Object.values(retentionByRegime).map(({ days }) => days));
    expect(longest).toBe(2192);
    const locks = resourcesOf(synthesised, 'AWS::S3::Bucket')
      .map(({ Properties }) => Properties.ObjectLockConfiguration?.Rule.DefaultRetention)
      .filter(Boolean);
    expect(locks).toHaveLength(4); // three trails, and the copy of prod's
    for (const lock of locks) expect(lock).toEqual({ Days: longest, Mode: 'GOVERNANCE' });
    for (const { Properties, id } of resourcesOf(synthesised, 'AWS::Logs::LogGroup'))
      expect(Properties.RetentionInDays, id).toBeGreaterThanOrEqual(longest);
    // Records do not go before their lock does.
    for (const { Properties } of resourcesOf(synthesised, 'AWS::S3::Bucket').filter(
      (bucket) => bucket.Properties.ObjectLockConfiguration,
    ))
      expect(
        Properties.LifecycleConfiguration.Rules.find((rule: any) => rule.Id === 'age')
          .ExpirationInDays,
      ).toBeGreaterThanOrEqual(longest);
  });

  it('locks records for good only where that is acknowledged, in production', async () => {
    const { prod, ...others } = example.environments;
    const { templates, ...rest } = await synthesiseExample({
      configuration: {
        ...example,
        environments: {
          ...others,
          prod: { ...prod!, acknowledge: ['object-lock-compliance', 'backup-vault-lock'] },
        },
      },
    });
    const modes = resourcesOf({ templates, ...rest }, 'AWS::S3::Bucket')
      .filter(({ Properties }) => Properties.ObjectLockConfiguration)
      .map(({ stack, Properties }) => [
        stack,
        Properties.ObjectLockConfiguration.Rule.DefaultRetention.Mode,
      ]);
    expect(Object.fromEntries(modes)).toEqual({
      'acme-ml-dev-foundation': 'GOVERNANCE',
      'acme-ml-staging-foundation': 'GOVERNANCE',
      'acme-ml-prod-foundation': 'COMPLIANCE',
      'acme-ml-prod-recovery': 'COMPLIANCE',
    });
    const vaults = resourcesOf({ templates, ...rest }, 'AWS::Backup::BackupVault').map(
      ({ stack, Properties }) => [stack, Properties.LockConfiguration.ChangeableForDays],
    );
    expect(Object.fromEntries(vaults)).toEqual({
      'acme-ml-staging-backup': undefined,
      'acme-ml-prod-backup': 3,
      'acme-ml-prod-recovery': 3,
    });
  });

  it('says why an endpoint on local disks has no key, and only there', () => {
    const reasons = Object.entries(synthesised.templates)
      .filter(([name]) => name.includes('-serving-'))
      .map(([name, template]) => [name, JSON.stringify(template).includes('KmsKeyId')]);
    expect(reasons).toContainEqual(['acme-ml-dev-serving-gpu', false]);
    expect(reasons).toContainEqual(['acme-ml-dev-serving-diagnosis', true]);
  });
});
