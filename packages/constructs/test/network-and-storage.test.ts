import { describe, expect, it } from 'vitest';
import { resourcesOf, synthesiseExample } from './generated-infra';

const synthesised = await synthesiseExample();
const of = (type: string, environment: string) =>
  resourcesOf(synthesised, type).filter(({ stack }) => stack.startsWith(`acme-ml-${environment}-`));

describe('the network', () => {
  it('has no way to the internet', () => {
    for (const type of [
      'AWS::EC2::InternetGateway',
      'AWS::EC2::NatGateway',
      'AWS::EC2::Route',
      'AWS::EC2::EIP',
    ]) {
      expect(resourcesOf(synthesised, type), type).toEqual([]);
    }
    expect(
      resourcesOf(synthesised, 'AWS::EC2::Subnet').every(
        (subnet) => !subnet.Properties.MapPublicIpOnLaunch,
      ),
    ).toBe(true);
  });

  it('spans one zone in development and two elsewhere, without a lookup', () => {
    expect(
      ['dev', 'staging', 'prod'].map((environment) => of('AWS::EC2::Subnet', environment).length),
    ).toEqual([1, 2, 2]);
    expect(
      JSON.stringify(of('AWS::EC2::Subnet', 'prod')[1]!.Properties.AvailabilityZone),
    ).toContain('Fn::GetAZs');
  });

  it('reaches S3 and DynamoDB by gateways and pays for no interface endpoint that nothing uses', () => {
    const types = of('AWS::EC2::VPCEndpoint', 'dev').map(
      (endpoint) => endpoint.Properties.VpcEndpointType,
    );
    expect(types.sort()).toEqual(['Gateway', 'Gateway', 'Interface']);
  });

  it('keeps flow logs', () => {
    expect(resourcesOf(synthesised, 'AWS::EC2::FlowLog')).toHaveLength(3);
  });

  it('lets nothing into the jobs and endpoints but hosts of the same training job', () => {
    const groups = resourcesOf(synthesised, 'AWS::EC2::SecurityGroup').filter(
      ({ stack }) => !stack.endsWith('foundation'),
    );
    expect(groups.length).toBe(1 + 3); // the jobs of dev, and three endpoints
    for (const group of groups) expect(group.Properties.SecurityGroupIngress ?? []).toEqual([]);
    const ingress = resourcesOf(synthesised, 'AWS::EC2::SecurityGroupIngress');
    expect(ingress).toHaveLength(1);
    expect(ingress[0]!.Properties.SourceSecurityGroupId).toEqual(ingress[0]!.Properties.GroupId);
  });
});

describe('buckets', () => {
  const buckets = resourcesOf(synthesised, 'AWS::S3::Bucket');

  it('are versioned, closed to the public, and abort incomplete uploads', () => {
    expect(buckets).toHaveLength(3 * 5 + 5); // and the copies of prod's
    for (const { id, Properties } of buckets) {
      expect(Properties.VersioningConfiguration, id).toEqual({ Status: 'Enabled' });
      expect(Object.values(Properties.PublicAccessBlockConfiguration), id).toEqual([
        true,
        true,
        true,
        true,
      ]);
      if (!id.includes('Audit'))
        expect(JSON.stringify(Properties.LifecycleConfiguration), id).toContain(
          'AbortIncompleteMultipartUpload',
        );
    }
  });

  it('move objects after 30 and 90 days and expire old versions after 365, to a class that an endpoint can load from', () => {
    for (const { id, Properties } of buckets) {
      const rule = Properties.LifecycleConfiguration.Rules.find(
        (candidate: any) => candidate.Id === 'age',
      );
      // What every training reads again is tiered by its use, after the same days and without a fee for reading.
      expect(rule.Transitions, id).toEqual(
        id.includes('StorageData')
          ? [{ StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 0 }]
          : [
              { StorageClass: 'STANDARD_IA', TransitionInDays: 30 },
              { StorageClass: 'GLACIER_IR', TransitionInDays: 90 },
            ],
      );
      expect(rule.ExpirationInDays ?? rule.NoncurrentVersionExpiration.NoncurrentDays, id).toBe(
        365,
      );
    }
  });

  it('never expire what an endpoint may run: only logs, captured requests, checkpoints and reports go', () => {
    const expiring = buckets.flatMap(({ id, Properties }) =>
      Properties.LifecycleConfiguration.Rules.filter((rule: any) => rule.ExpirationInDays).map(
        (rule: any) =>
          rule.Prefix ??
          id
            .replace(/^(Foundation|Copies)(Storage)?|[0-9A-F]{8}$/g, '')
            .replace(/^Audit$/, 'AuditBucket'),
      ),
    );
    expect(new Set(expiring)).toEqual(
      new Set(['AccessLogs', 'AuditBucket', 'Capture', 'checkpoints/', 'evaluation/']),
    );
  });

  it('tell EventBridge of new data, without a function that may write to every bucket', () => {
    const [data] = of('AWS::S3::Bucket', 'prod').filter(({ id }) => id.includes('StorageData'));
    expect(data!.Properties.NotificationConfiguration).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
    expect(resourcesOf(synthesised, 'AWS::Lambda::Function')).toEqual([]);
  });

  it('stay when their stack goes, in staging and production', () => {
    for (const { id, stack, DeletionPolicy } of buckets) {
      const stays = !stack.includes('-dev-') || id.includes('Audit');
      expect(DeletionPolicy, `${stack}/${id}`).toBe(stays ? 'Retain' : 'Delete');
    }
  });
});

describe('the audit trail', () => {
  it('records every read and write of data and artifacts', () => {
    for (const { Properties } of resourcesOf(synthesised, 'AWS::CloudTrail::Trail')) {
      const values = Properties.EventSelectors.flatMap(
        (selector: any) => selector.DataResources,
      ).flatMap((data: any) => data.Values);
      expect(values).toHaveLength(3);
      expect(JSON.stringify(values)).toMatch(/StorageData.*StorageArtifacts.*StorageCapture/);
      expect(Properties.EnableLogFileValidation).toBe(true);
    }
  });

  it('is kept under Object Lock in governance mode for 30, 90 and 365 days', () => {
    const retention = ['dev', 'staging', 'prod'].map(
      (environment) =>
        of('AWS::S3::Bucket', environment).find(({ id }) => id.includes('Audit'))!.Properties
          .ObjectLockConfiguration.Rule.DefaultRetention,
    );
    expect(retention).toEqual([30, 90, 365].map((Days) => ({ Days, Mode: 'GOVERNANCE' })));
  });

  it('writes its records into an encrypted log group, under a role that may do nothing else', () => {
    for (const { Properties } of resourcesOf(synthesised, 'AWS::CloudTrail::Trail')) {
      expect(JSON.stringify(Properties.CloudWatchLogsLogGroupArn)).toContain('AuditEvents');
      expect(JSON.stringify(Properties.CloudWatchLogsRoleArn)).toContain('AuditEventsRole');
    }
    const [policy] = resourcesOf(synthesised, 'AWS::IAM::ManagedPolicy').filter(({ id }) =>
      id.includes('AuditEventsRole'),
    );
    expect(policy!.Properties.PolicyDocument.Statement).toHaveLength(1);
    expect(policy!.Properties.PolicyDocument.Statement[0].Action).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]);
  });
});
