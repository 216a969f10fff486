import type { NormalisedEnvironment } from '@wa-ml/config';
import { AspectPriority, Aspects, Stack, Validations, type IAspect } from 'aws-cdk-lib';
import { CfnRole, Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';

export interface PermissionBoundaryProps {
  readonly environment: NormalisedEnvironment;
}

/** Who may be handed a role by a role of ours. */
const servicesOfRoles = [
  ...['sagemaker', 'glue', 'states', 'lambda', 'scheduler', 'events', 'codedeploy'],
  ...['application-autoscaling', 'backup', 'apigateway', 'firehose'],
].map((service) => `${service}.amazonaws.com`);

/** Services with one endpoint for all regions, which are asked in us-east-1. */
const globalServices = [
  'iam',
  'sts',
  'budgets',
  'ce',
  'cloudfront',
  'health',
  'pricing',
  'support',
];

/** What would blind those who watch, open the network, or lose what must be kept. */
const tampering = [
  ...['cloudtrail:DeleteTrail', 'cloudtrail:StopLogging', 'cloudtrail:UpdateTrail'],
  ...['cloudtrail:PutEventSelectors', 'access-analyzer:DeleteAnalyzer'],
  ...['guardduty:DeleteDetector', 'guardduty:UpdateDetector', 'guardduty:StopMonitoringMembers'],
  ...['kms:ScheduleKeyDeletion', 'kms:DisableKey', 'kms:DisableKeyRotation', 'kms:PutKeyPolicy'],
  ...['s3:BypassGovernanceRetention', 's3:PutBucketObjectLockConfiguration'],
  ...['s3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:PutBucketPublicAccessBlock'],
  ...['s3:DeleteBucket'],
  ...[
    'backup:DeleteBackupVault',
    'backup:DeleteRecoveryPoint',
    'backup:PutBackupVaultAccessPolicy',
  ],
  ...['ec2:CreateInternetGateway', 'ec2:AttachInternetGateway', 'ec2:CreateNatGateway'],
  ...['ec2:CreateVpcPeeringConnection', 'ec2:AcceptVpcPeeringConnection'],
];

/**
 * The most that any role of an environment can ever do, whatever its own policies say (SEC-4). It grants nothing:
 * a role may do what both allow. No rights over identities and accounts, nothing outside of the environment's regions,
 * nothing written into another account's buckets, and nobody who is watched switches the watching off.
 */
export class PermissionBoundary extends Construct {
  readonly policy: ManagedPolicy;

  constructor(scope: Construct, id: string, props: PermissionBoundaryProps) {
    super(scope, id);
    const { account, partition } = Stack.of(this);
    const { region, recoveryRegion } = props.environment;
    this.policy = new ManagedPolicy(this, 'Policy', {
      statements: [
        new PolicyStatement({
          sid: 'NoIdentities',
          notActions: ['iam:*', 'organizations:*', 'account:*', 'sso:*', 'identitystore:*'],
          resources: ['*'],
        }),
        new PolicyStatement({
          sid: 'RolesForServicesOnly',
          actions: ['iam:PassRole'],
          resources: [`arn:${partition}:iam::${account}:role/*`],
          conditions: { StringEquals: { 'iam:PassedToService': servicesOfRoles } },
        }),
        new PolicyStatement({
          sid: 'RegionsOfTheEnvironment',
          effect: Effect.DENY,
          notActions: globalServices.map((service) => `${service}:*`),
          resources: ['*'],
          conditions: {
            StringNotEquals: {
              'aws:RequestedRegion': [region, ...(recoveryRegion ? [recoveryRegion] : [])],
            },
          },
        }),
        new PolicyStatement({
          sid: 'OwnBucketsOnly',
          effect: Effect.DENY,
          actions: ['s3:PutObject', 's3:ReplicateObject'],
          resources: ['*'],
          conditions: { StringNotEquals: { 'aws:ResourceAccount': account } },
        }),
        new PolicyStatement({
          sid: 'NoTampering',
          effect: Effect.DENY,
          actions: tampering,
          resources: ['*'],
        }),
      ],
    });
    const reason =
      'A permission boundary grants nothing: it is the frame around the policies of the roles, which name actions and resources.';
    Validations.of(this.policy).acknowledge({ id: 'AwsSolutions-IAM5', reason });
    // CloudFormation's own warning of NotAction.
    Validations.of(this.policy).acknowledge({ id: 'CloudFormation-Validate::W2512', reason });
  }
}

/** Puts every role below a scope into a boundary, also those that CDK or `customise.ts` makes. */
export function boundRoles(scope: IConstruct, { policy }: PermissionBoundary): void {
  const aspect: IAspect = {
    visit(node) {
      if (!(node instanceof CfnRole) || node.permissionsBoundary !== undefined) return;
      // An export does not cross regions; what stands in another one has no roles of ours.
      if (Stack.of(node).region === Stack.of(policy).region)
        node.permissionsBoundary = policy.managedPolicyArn;
    },
  };
  Aspects.of(scope).add(aspect, { priority: AspectPriority.MUTATING });
}
