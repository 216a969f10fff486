import { App, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { DutyRole } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { resourcesOf, synthesiseExample } from './generated-infra';

const synthesised = await synthesiseExample();
const list = (value: unknown): any[] => (Array.isArray(value) ? value : [value]);
/** The frame of an environment's roles, which grants nothing; the other managed policies are the roles' own. */
const isBoundary = ({ id }: { id: string }): boolean => id.startsWith('FoundationBoundary');
const identityStatements = [
  ...[
    ...resourcesOf(synthesised, 'AWS::IAM::Policy'),
    ...resourcesOf(synthesised, 'AWS::IAM::ManagedPolicy').filter((one) => !isBoundary(one)),
  ].map(({ stack, id, Properties }) => ({
    at: `${stack}/${id}`,
    document: Properties.PolicyDocument,
  })),
  ...resourcesOf(synthesised, 'AWS::IAM::Role').flatMap(({ stack, id, Properties }) =>
    list(Properties.Policies ?? []).map((policy: any) => ({
      at: `${stack}/${id}`,
      document: policy.PolicyDocument,
    })),
  ),
].flatMap(({ at, document }) => list(document.Statement).map((statement) => ({ at, statement })));

describe('identity policies', () => {
  it('name every action in full', () => {
    expect(identityStatements.length).toBeGreaterThan(30);
    for (const { at, statement } of identityStatements) {
      for (const action of list(statement.Action)) expect(action, at).not.toContain('*');
    }
  });

  it('give "*" only where AWS has no resource level', () => {
    const everywhere = identityStatements
      .filter(({ statement }) => list(statement.Resource).includes('*'))
      .flatMap(({ statement }) => list(statement.Action));
    expect([...new Set(everywhere)].sort()).toEqual([
      'cloudwatch:GetMetricData',
      'cloudwatch:PutMetricData',
      'ec2:DeleteNetworkInterfacePermission',
      'ec2:DescribeDhcpOptions',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
      'ecr:GetAuthorizationToken',
      'events:ListRules',
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
      'sagemaker:ListModelPackageGroups',
      'sagemaker:ListModelPackages',
      'tag:GetResources',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
  });

  it('are managed policies, none inline', () => {
    expect(resourcesOf(synthesised, 'AWS::IAM::Policy')).toEqual([]);
    for (const { Properties } of resourcesOf(synthesised, 'AWS::IAM::Role'))
      expect(Properties.Policies).toBeUndefined();
  });

  it('use no managed policy of AWS', () => {
    for (const role of resourcesOf(synthesised, 'AWS::IAM::Role'))
      expect(role.Properties.ManagedPolicyArns).toBeUndefined();
  });

  it('pass roles to SageMaker only, and only those of the jobs', () => {
    const passes = identityStatements.filter(({ statement }) =>
      list(statement.Action).includes('iam:PassRole'),
    );
    expect(passes).toHaveLength(1);
    expect(passes[0]!.statement.Condition).toEqual({
      StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    });
    expect(passes[0]!.statement.Resource).toHaveLength(4);
  });

  it('start no job that is not isolated, encrypted and in our subnets', () => {
    const start = identityStatements.filter(({ statement }) =>
      list(statement.Action).includes('sagemaker:CreateTrainingJob'),
    );
    expect(start).toHaveLength(1);
    expect(start[0]!.statement.Condition).toMatchObject({
      Bool: {
        'sagemaker:NetworkIsolation': 'true',
        'sagemaker:InterContainerTrafficEncryption': 'true',
      },
      Null: { 'sagemaker:VpcSubnets': 'false', 'sagemaker:VpcSecurityGroupIds': 'false' },
    });
  });

  it('keep the endpoint away from the data, and training away from releases', () => {
    const ofRole = (name: string) =>
      JSON.stringify(identityStatements.filter(({ at }) => at.includes(name)));
    expect(ofRole('serving-diagnosis')).not.toContain('StorageData');
    expect(ofRole('RolesTraining')).not.toContain('releases/');
    expect(ofRole('RolesPipeline')).not.toContain('StorageData');
  });
});

describe('the permission boundary', () => {
  it('is around every role of every stack, those of customise.ts too, and is one per environment', async () => {
    const { templates } = await synthesiseExample({
      environments: ['dev'],
      before: (app) =>
        void new Role(app.node.findChild('acme-ml-dev-cost'), 'Careless', {
          assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
        }),
    });
    const roles = Object.values(templates).flatMap(({ Resources }) =>
      Object.values(Resources).filter(({ Type }) => Type === 'AWS::IAM::Role'),
    );
    expect(roles.length).toBeGreaterThan(6);
    for (const { Properties } of roles)
      expect(JSON.stringify(Properties.PermissionsBoundary)).toMatch(/FoundationBoundaryPolicy/);
    expect(resourcesOf(synthesised, 'AWS::IAM::ManagedPolicy').filter(isBoundary).length).toBe(3);
  });

  it('fits into a managed policy and ends at identities, other regions, other accounts and the watch itself', () => {
    for (const { Properties } of resourcesOf(synthesised, 'AWS::IAM::ManagedPolicy')) {
      expect(JSON.stringify(Properties.PolicyDocument).length).toBeLessThan(6144);
    }
    const [boundary] = resourcesOf(synthesised, 'AWS::IAM::ManagedPolicy')
      .filter(isBoundary)
      .filter(({ stack }) => stack.includes('-prod-'));
    const statement = (sid: string) =>
      boundary!.Properties.PolicyDocument.Statement.find((one: any) => one.Sid === sid);
    expect(statement('NoIdentities').NotAction).toContain('iam:*');
    expect(statement('RegionsOfTheEnvironment').Condition.StringNotEquals).toEqual({
      'aws:RequestedRegion': ['eu-west-1', 'eu-central-1'],
    });
    expect(statement('OwnBucketsOnly').Condition).toEqual({
      StringNotEquals: { 'aws:ResourceAccount': '333333333333' },
    });
    expect(statement('NoTampering')).toMatchObject({ Effect: 'Deny', Resource: '*' });
    for (const action of ['cloudtrail:StopLogging', 's3:BypassGovernanceRetention'])
      expect(statement('NoTampering').Action).toContain(action);
  });

  it('lets every action through that a role of ours is given', () => {
    const denied = resourcesOf(synthesised, 'AWS::IAM::ManagedPolicy')
      .filter(isBoundary)
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Sid }: any) => Sid === 'NoTampering')
      .flatMap(({ Action }: any) => Action);
    const given = identityStatements.flatMap(({ statement }) => list(statement.Action));
    expect(given.filter((action: string) => denied.includes(action))).toEqual([]);
    const identities = given.filter((action: string) => action.startsWith('iam:'));
    expect(new Set(identities)).toEqual(new Set(['iam:PassRole']));
  });
});

describe('a role', () => {
  const role = () => new DutyRole(new Stack(new App(), 'Stack'), 'Role', { duty: 'a test' });

  it('refuses a wildcard action', () => {
    expect(() => role().allow({ actions: ['s3:Get*'], resources: ['arn:aws:s3:::b'] })).toThrow(
      /"s3:Get\*".*SEC-4/,
    );
  });

  it('refuses a wildcard resource without a written reason', () => {
    expect(() =>
      role().allow({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/*'] }),
    ).toThrow(/written reason/);
    expect(() =>
      role().allow({ actions: ['s3:GetObject'], resources: ['*'], wildcardReason: 'because' }),
    ).toThrow(/written reason/);
  });

  it('is assumed for this account only, but where the service does not say for which', () => {
    const without = resourcesOf(synthesised, 'AWS::IAM::Role').flatMap(({ Properties }) =>
      Properties.AssumeRolePolicyDocument.Statement.filter(
        ({ Condition }: any) => !Condition?.StringEquals?.['aws:SourceAccount'],
      ).map(({ Principal }: any) => Principal.Service),
    );
    expect([...new Set(without)].sort()).toEqual([
      'backup.amazonaws.com',
      'cloudtrail.amazonaws.com',
      's3.amazonaws.com',
    ]);
  });

  it('is assumed by SageMaker, or by the scheduler of the working hours, for this account only', () => {
    const roles = resourcesOf(synthesised, 'AWS::IAM::Role').filter(({ stack }) =>
      /-(training|serving)-/.test(stack),
    );
    // Preparation, training, optimisation, evaluation and pipeline in dev; three endpoints, two of which stop at night.
    expect(roles).toHaveLength(5 + 3 + 2);
    for (const { Properties, stack, id } of roles) {
      const service = id.includes('Night') ? 'scheduler' : 'sagemaker';
      const account = stack.includes('-dev-')
        ? '111111111111'
        : stack.includes('-staging-')
          ? '222222222222'
          : '333333333333';
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: `${service}.amazonaws.com` },
          Condition: { StringEquals: { 'aws:SourceAccount': account } },
        },
      ]);
    }
  });
});
