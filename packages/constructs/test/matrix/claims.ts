import { TagManager, Validations, type CfnResource, type IResolvable } from 'aws-cdk-lib';
import type { Synthesised, Template } from '../generated-infra';

/**
 * Actions that no policy can narrow to a resource, by the Service Authorization Reference (2026-11).
 * Only these may stand beside `"Resource": "*"`.
 */
export const withoutResourceLevel: ReadonlySet<string> = new Set([
  'cloudwatch:GetMetricData',
  'cloudwatch:PutMetricData',
  'ec2:DeleteNetworkInterfacePermission',
  'ec2:DescribeDhcpOptions',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeRouteTables',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcAttribute',
  'ec2:DescribeVpcEndpoints',
  'ec2:DescribeVpcs',
  'ecr:GetAuthorizationToken',
  // AWS Backup looks for the rules that tell it of a bucket's changes, whose names it chooses itself.
  'events:ListRules',
  'glue:GetSecurityConfiguration',
  // Step Functions and Lambda deliver logs; Source: Logging using CloudWatch Logs, Step Functions developer guide.
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  'sagemaker:ListApps',
  'sagemaker:ListDomains',
  'sagemaker:ListModelPackageGroups',
  'sagemaker:ListModelPackages',
  'sagemaker:ListSpaces',
  'sagemaker:ListUserProfiles',
  'tag:GetResources',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
]);

const list = (value: unknown): any[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

export interface Statement {
  /** Stack and logical id. */
  readonly at: string;
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
}

/** Every statement that allows something in a policy of a role, a user or a group. Key and bucket policies are none. */
export function identityStatements(templates: Readonly<Record<string, Template>>): Statement[] {
  return Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
      // The boundary grants nothing: it is the frame around what the others grant.
      if (!Type.startsWith('AWS::IAM::') || id.startsWith('FoundationBoundary')) return [];
      const documents = [
        Properties['PolicyDocument'],
        ...list(Properties['Policies']).map((policy) => policy.PolicyDocument),
      ];
      return documents
        .flatMap((document) => list(document?.Statement))
        .filter((statement) => statement.Effect === 'Allow')
        .map((statement) => ({
          at: `${stack}/${id}`,
          actions: list(statement.Action ?? `not:${statement.NotAction}`),
          resources: list(statement.Resource),
        }));
    }),
  );
}

/** Every acknowledgement of a finding: the rule and the reason. */
export function acknowledgements({ app }: Synthesised): { rule: string; reason: string }[] {
  return app.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, unknown>))
      .map(([rule, reason]) => ({
        rule,
        reason: typeof reason === 'string' ? reason : JSON.stringify(reason),
      })),
  );
}

/** Resources that can carry tags and lack one of ours, by construct path. */
export function untagged({ app }: Synthesised, wanted: readonly string[]): string[] {
  return app.node.findAll().flatMap((construct) => {
    const tags = TagManager.of(construct);
    if (!tags || !('cfnResourceType' in construct)) return [];
    const rendered = JSON.stringify(
      (construct as unknown as { stack: { resolve(value: IResolvable): unknown } }).stack.resolve(
        tags.renderedTags,
      ) ?? [],
    );
    const { cfnResourceType } = construct as unknown as CfnResource;
    const missing = wanted.filter((tag) => !rendered.includes(`"${tag}"`));
    return missing.length > 0
      ? [`${construct.node.path} (${cfnResourceType}): ${missing.join(', ')}`]
      : [];
  });
}
