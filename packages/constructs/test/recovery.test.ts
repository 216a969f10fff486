import {
  backup,
  continuousBackupMinutes,
  recovery,
  recoveryObjectives,
  recoveryPlan,
  replicationAlarmMinutes,
  replicationMinutes,
} from '@wa-ml/config';
import { registryExportDefinition } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { example, resourcesOf, synthesiseExample } from './generated-infra';

const synthesised = await synthesiseExample();
const of = (type: string, environment: string) =>
  resourcesOf(synthesised, type).filter(({ stack }) => stack.startsWith(`acme-ml-${environment}-`));
const sourceBuckets = of('AWS::S3::Bucket', 'prod').filter(
  ({ stack }) => stack === 'acme-ml-prod-foundation',
);

describe('objectives', () => {
  it('are those of the documents', () => {
    expect(recoveryObjectives({ critical: true })).toEqual({ rtoMinutes: 60, rpoMinutes: 15 });
    expect(recoveryObjectives({ critical: false })).toEqual({ rtoMinutes: 240, rpoMinutes: 60 });
  });

  it('of critical environments are met by replication, and the alarm comes before they are missed', () => {
    expect(replicationMinutes).toBeLessThanOrEqual(recovery.critical.rpoMinutes);
    expect(replicationAlarmMinutes).toBeLessThan(recovery.critical.rpoMinutes);
  });

  it('of the others are met by continuous backups, every second of which can be restored', () => {
    expect(continuousBackupMinutes).toBeLessThan(recovery.standard.rpoMinutes);
  });

  it('of time are met by the plan, step by step', () => {
    const minutes = recoveryPlan.reduce((sum, step) => sum + step.minutes, 0);
    expect(minutes).toBeLessThan(recovery.critical.rtoMinutes);
    expect(minutes).toBeLessThan(recovery.standard.rtoMinutes);
  });
});

describe('replication', () => {
  it('copies every bucket but the access logs to the recovery region, within 15 minutes, under a key of that region', () => {
    const rules = sourceBuckets
      .filter(({ id }) => !id.includes('AccessLogs'))
      .map(({ Properties }) => Properties.ReplicationConfiguration.Rules);
    expect(rules).toHaveLength(4);
    for (const [rule, ...more] of rules) {
      expect(more).toEqual([]);
      expect(rule).toMatchObject({
        Status: 'Enabled',
        DeleteMarkerReplication: { Status: 'Disabled' },
        SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
        Destination: {
          ReplicationTime: { Status: 'Enabled', Time: { Minutes: replicationMinutes } },
          Metrics: { Status: 'Enabled', EventThreshold: { Minutes: replicationMinutes } },
        },
      });
      expect(rule.Destination.EncryptionConfiguration.ReplicaKmsKeyID).toMatch(
        /^arn:aws:kms:eu-central-1:333333333333:alias\/acme-ml-prod-(data|audit)-recovery$/,
      );
    }
  });

  it('goes to buckets and keys that the stack of the recovery region has', () => {
    const copies = synthesised.templates['acme-ml-prod-recovery']!.Resources;
    const names = Object.values(copies)
      .filter(({ Type }) => Type === 'AWS::S3::Bucket')
      .map(({ Properties }) => Properties.BucketName)
      .filter(Boolean);
    const destinations = sourceBuckets
      .map(({ Properties }) => Properties.ReplicationConfiguration?.Rules[0].Destination.Bucket)
      .filter(Boolean);
    expect(destinations.map((arn: string) => arn.split(':::')[1]).sort()).toEqual(names.sort());
    const aliases = Object.values(copies)
      .filter(({ Type }) => Type === 'AWS::KMS::Alias')
      .map(({ Properties }) => Properties.AliasName);
    expect(aliases).toEqual([
      'alias/acme-ml-prod-data-recovery',
      'alias/acme-ml-prod-audit-recovery',
    ]);
  });

  it('may use the key here to read and the key there to write, through S3 only', () => {
    const [role] = of('AWS::IAM::ManagedPolicy', 'prod').filter(({ id }) =>
      id.includes('ReplicationRole'),
    );
    const withKeys = role!.Properties.PolicyDocument.Statement.filter(({ Action }: any) =>
      JSON.stringify(Action).includes('kms:'),
    ).map(({ Action, Condition }: any) => [
      Action,
      Condition.StringEquals['kms:ViaService'],
      Condition['ForAnyValue:StringEquals']?.['kms:ResourceAliases'],
    ]);
    const here = ['kms:Decrypt', 's3.eu-west-1.amazonaws.com', undefined];
    const there = (alias: string) => [
      ['kms:Encrypt', 'kms:GenerateDataKey'],
      's3.eu-central-1.amazonaws.com',
      `alias/acme-ml-prod-${alias}-recovery`,
    ];
    expect(new Set(withKeys.map((one: unknown) => JSON.stringify(one)))).toEqual(
      new Set([here, there('data'), there('audit')].map((one) => JSON.stringify(one))),
    );
  });

  it('has a stack that is deployed first, in that region, without a role of its own', () => {
    const stack = synthesised.app.node.findChild('acme-ml-prod-foundation') as any;
    const first = stack.dependencies.map((other: any) => [other.stackName, other.region]);
    expect(first).toEqual([['acme-ml-prod-recovery', 'eu-central-1']]);
    for (const { Type } of Object.values(synthesised.templates['acme-ml-prod-recovery']!.Resources))
      expect(Type).not.toMatch(/IAM|Lambda|CustomResource|Custom::/);
  });

  it('is not paid for where wa-ml.json names no recovery region', () => {
    for (const environment of ['dev', 'staging'])
      for (const { Properties } of of('AWS::S3::Bucket', environment))
        expect(Properties.ReplicationConfiguration).toBeUndefined();
  });

  it('warns for each bucket when a copy is late or fails', () => {
    const names = of('AWS::CloudWatch::Alarm', 'prod').map(
      ({ Properties }) => Properties.AlarmName,
    );
    for (const bucket of ['data', 'artifacts', 'capture', 'audit'])
      for (const kind of ['replication-delay', 'replication-failed'])
        expect(names).toContain(`acme-ml-prod-${bucket}-${kind}`);
  });
});

describe('backups', () => {
  const plans = resourcesOf(synthesised, 'AWS::Backup::BackupPlan');

  it('are taken continuously and each night outside of development, with windows that AWS Backup takes', () => {
    expect(plans.map(({ stack }) => stack)).toEqual([
      'acme-ml-staging-backup',
      'acme-ml-prod-backup',
    ]);
    for (const { Properties } of plans) {
      const [continuous, nightly] = Properties.BackupPlan.BackupPlanRule;
      expect(continuous.EnableContinuousBackup).toBe(true);
      expect(continuous.Lifecycle.DeleteAfterDays).toBeLessThanOrEqual(35);
      expect(nightly.Lifecycle.DeleteAfterDays).toBe(backup.snapshotDays);
      for (const rule of [continuous, nightly])
        expect(rule.StartWindowMinutes).toBeGreaterThanOrEqual(60);
    }
  });

  it('hold what is tagged for them: data and artifacts', () => {
    for (const environment of ['staging', 'prod']) {
      const tagged = of('AWS::S3::Bucket', environment).filter(({ Properties }) =>
        Properties.Tags.some(
          ({ Key, Value }: any) => Key === 'backup' && Value === `acme-ml-${environment}`,
        ),
      );
      expect(tagged.map(({ id }) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual([
        'FoundationStorageArtifacts',
        'FoundationStorageData',
      ]);
      const [selection] = of('AWS::Backup::BackupSelection', environment);
      expect(selection!.Properties.BackupSelection.ListOfTags).toEqual([
        {
          ConditionType: 'STRINGEQUALS',
          ConditionKey: 'backup',
          ConditionValue: `acme-ml-${environment}`,
        },
      ]);
    }
  });

  it('go to the recovery region, to a vault that is there', () => {
    const [prod] = plans.filter(({ stack }) => stack.includes('-prod-'));
    const nightly = prod!.Properties.BackupPlan.BackupPlanRule[1];
    const [vault] = resourcesOf(synthesised, 'AWS::Backup::BackupVault').filter(({ stack }) =>
      stack.endsWith('-recovery'),
    );
    expect(nightly.CopyActions[0].DestinationBackupVaultArn).toBe(
      `arn:aws:backup:eu-central-1:333333333333:backup-vault:${vault!.Properties.BackupVaultName}`,
    );
    expect(vault!.Properties.BackupVaultName).toMatch(/^[a-zA-Z0-9_-]{2,50}$/);
  });

  it('are kept from early deletion, in a way that can still be undone', () => {
    for (const { Properties } of resourcesOf(synthesised, 'AWS::Backup::BackupVault')) {
      expect(Properties.LockConfiguration.ChangeableForDays).toBeUndefined();
      expect(Properties.LockConfiguration.MinRetentionDays).toBeLessThanOrEqual(
        backup.continuousDays,
      );
      expect(Properties.LockConfiguration.MaxRetentionDays).toBeGreaterThanOrEqual(
        backup.snapshotDays,
      );
    }
  });

  it('are restored once a week, to see that they can be', () => {
    const tests = resourcesOf(synthesised, 'AWS::Backup::RestoreTestingPlan');
    expect(tests).toHaveLength(2);
    for (const { Properties } of tests)
      expect(Properties.RestoreTestingPlanName).toMatch(/^[a-zA-Z0-9_]{1,50}$/);
    for (const { Properties } of resourcesOf(synthesised, 'AWS::Backup::RestoreTestingSelection')) {
      expect(Properties.RestoreTestingSelectionName).toMatch(/^[a-zA-Z0-9_]{1,50}$/);
      expect(Properties.ProtectedResourceType).toBe('S3');
    }
  });
});

describe('the role of the backups', () => {
  it('copies to another vault only where there is one', () => {
    const copying = (environment: string) =>
      JSON.stringify(of('AWS::IAM::ManagedPolicy', environment)).includes(
        'backup:CopyIntoBackupVault',
      );
    expect(['staging', 'prod'].map(copying)).toEqual([false, true]);
  });
});

describe('the export of the registry', () => {
  const definition = registryExportDefinition('acme-ml', 'artifacts') as any;
  const states = (machine: any): [string, any][] =>
    Object.entries(machine.States).flatMap(([name, state]: [string, any]) => [
      [name, state] as [string, any],
      ...(state.ItemProcessor ? states(state.ItemProcessor) : []),
    ]);

  it('names only states that it has, and ends', () => {
    const check = (machine: any): void => {
      const names = Object.keys(machine.States);
      expect(names).toContain(machine.StartAt);
      for (const state of Object.values<any>(machine.States)) {
        const next = [
          state.Next,
          state.Default,
          ...(state.Choices ?? []).map((one: any) => one.Next),
        ].filter(Boolean);
        for (const name of next) expect(names).toContain(name);
        expect(next.length > 0 || state.End === true || state.Type === 'Succeed').toBe(true);
        if (state.ItemProcessor) check(state.ItemProcessor);
      }
    };
    check(definition);
  });

  it('calls nothing but SageMaker and S3, and only what its role allows', () => {
    const calls = states(definition)
      .map(([, { Resource }]) => Resource)
      .filter(Boolean)
      .map((resource: string) => resource.split(':').slice(-2).join(':').toLowerCase());
    const [policy] = resourcesOf(synthesised, 'AWS::IAM::ManagedPolicy').filter(
      ({ stack, id }) => stack === 'acme-ml-prod-backup' && id.startsWith('RegistryRole'),
    );
    const allowed = policy!.Properties.PolicyDocument.Statement.flatMap(
      ({ Action }: any) => Action,
    ).map((action: string) => action.toLowerCase());
    expect(calls).toHaveLength(4);
    for (const call of calls) expect(allowed).toContain(call);
  });

  it('tries a throttled call again', () => {
    for (const [name, state] of states(definition))
      if (state.Type === 'Task') expect(state.Retry[0].BackoffRate, name).toBeGreaterThan(1);
  });

  it('runs each night, before the snapshot that takes it along', () => {
    const [schedule] = of('AWS::Scheduler::Schedule', 'prod');
    const [plan] = of('AWS::Backup::BackupPlan', 'prod');
    const hour = (cron: string): number => Number(/^cron\(0 (\d+)/.exec(cron)![1]);
    expect(hour(schedule!.Properties.ScheduleExpression)).toBeLessThan(
      hour(plan!.Properties.BackupPlan.BackupPlanRule[1].ScheduleExpression),
    );
  });

  it('tells of a night on which it was not started', () => {
    const [schedule] = of('AWS::Scheduler::Schedule', 'prod');
    const queue = schedule!.Properties.Target.DeadLetterConfig.Arn['Fn::GetAtt'][0];
    const alarm = of('AWS::CloudWatch::Alarm', 'prod').find(
      ({ Properties }) => Properties.AlarmName === 'acme-ml-prod-registry-export-not-started',
    )!;
    expect(alarm.Properties).toMatchObject({
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
      Threshold: 1,
      AlarmActions: [expect.anything()],
    });
  });

  it('does not change when a model is added', async () => {
    const more = await synthesiseExample({
      configuration: {
        ...example,
        models: { ...example.models, fraud: { flavour: 'pytorch-tabular' } },
      },
    });
    for (const name of ['acme-ml-prod-backup', 'acme-ml-prod-recovery'])
      expect(more.templates[name]).toEqual(synthesised.templates[name]);
  });
});
