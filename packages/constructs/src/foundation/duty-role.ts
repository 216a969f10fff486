import { InputError } from '@wa-ml/config';
import { Stack, Validations } from 'aws-cdk-lib';
import {
  ManagedPolicy,
  PolicyStatement,
  Role,
  ServicePrincipal,
  type AddToPrincipalPolicyResult,
  type Conditions,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface DutyRoleProps {
  /** What the role is for, in a few words. */
  readonly duty: string;
  /** The service that assumes it. @default 'sagemaker.amazonaws.com' */
  readonly service?: string;
  /**
   * Whether the service says for which account it assumes the role. Lambda and API Gateway do not: they take roles of
   * their own account only. Not said of CloudTrail's log group, S3 replication and AWS Backup: their trust policies are
   * shown without a condition, and a role that nobody can assume copies nothing. Nobody outside of the account can hand
   * such a role to a service either: that takes `iam:PassRole`. Sources: Amazon S3 User Guide, "Setting up permissions
   * for live replication"; AWS Backup Developer Guide, "IAM service roles", whose page on the confused deputy names
   * resource policies only; and the roles that CDK makes in `Bucket` (replicationRules) and `BackupSelection`.
   * @default true
   */
  readonly namesAccount?: boolean;
}

/** Characters of a managed policy, without white space. Source: IAM quotas. */
const maxPolicyCharacters = 6144;

/** What a role may do. */
export interface Permission {
  /** Spelt out: `s3:GetObject`, never `s3:Get*`. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
  /** Needed as soon as a resource holds a `*`: why it cannot be narrower. */
  readonly wildcardReason?: string;
}

/**
 * A role that a service assumes for one duty, for this account only (SEC-4). Its permissions are a managed policy,
 * as HIPAA, PCI DSS and NIST packs ask: an inline policy is shown nowhere but at its role.
 * A wildcard resource needs a written reason, which is also what the nag rule AwsSolutions-IAM5 gets to read.
 */
export class DutyRole extends Role {
  private readonly permissions: Permission[] = [];
  private managed?: ManagedPolicy;

  constructor(scope: Construct, id: string, props: DutyRoleProps) {
    super(scope, id, {
      description: props.duty,
      assumedBy: new ServicePrincipal(
        props.service ?? 'sagemaker.amazonaws.com',
        // Without it the service could be talked into using the role for somebody else's account.
        props.namesAccount === false
          ? {}
          : { conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } } },
      ),
    });
    // The finding names the resource as the template writes it, and references to other stacks are only
    // written when CDK validates the tree.
    this.node.addValidation({
      validate: () => {
        this.acknowledgeWildcards();
        return this.tooLong();
      },
    });
  }

  /** Also where CDK itself adds what a construct needs. */
  override addToPrincipalPolicy(statement: PolicyStatement): AddToPrincipalPolicyResult {
    this.managed ??= new ManagedPolicy(this, 'Permissions', { roles: [this] });
    this.managed.addStatements(statement);
    return { statementAdded: true, policyDependable: this.managed };
  }

  private tooLong(): string[] {
    if (!this.managed) return [];
    const { length } = JSON.stringify(Stack.of(this).resolve(this.managed.document));
    if (length <= maxPolicyCharacters) return [];
    return [
      `The policy of this role has about ${length} characters, and IAM takes ${maxPolicyCharacters} in a managed policy: split the duty.`,
    ];
  }

  /** @throws InputError on a wildcard in an action, and on one in a resource without a reason. */
  allow(permission: Permission): this {
    const action = permission.actions.find((name) => name.includes('*'));
    if (action !== undefined) {
      throw new InputError({
        code: 'ROLE_WILDCARD_ACTION',
        what: `The role ${this.node.path} would be allowed "${action}".`,
        why: 'Security policy SEC-4: minimum permissions; a wildcard grows with every new AWS action.',
        next: 'Spell out the actions it needs.',
      });
    }
    const resource = permission.resources.find((name) => name.includes('*'));
    if (resource !== undefined && (permission.wildcardReason ?? '').length < 20) {
      throw new InputError({
        code: 'ROLE_WILDCARD_RESOURCE',
        what: `The role ${this.node.path} would be allowed ${permission.actions.join(', ')} on "${resource}".`,
        why: 'Security policy SEC-4: no wildcard without a written reason of at least 20 characters.',
        next: 'Name the resource, or give `wildcardReason`.',
      });
    }
    this.permissions.push(permission);
    this.addToPolicy(
      new PolicyStatement({
        actions: [...permission.actions],
        resources: [...permission.resources],
        ...(permission.conditions ? { conditions: permission.conditions } : {}),
      }),
    );
    return this;
  }

  private acknowledgeWildcards(): void {
    for (const { resources, wildcardReason } of this.permissions) {
      for (const resource of resources) {
        const written = asFindingsWriteIt(Stack.of(this).resolve(resource));
        if (written.includes('*') && wildcardReason !== undefined) {
          Validations.of(this).acknowledge({
            id: `AwsSolutions-IAM5[Resource::${written}]`,
            reason: wildcardReason,
          });
        }
      }
    }
  }
}

/** An intrinsic function as cdk-nag puts it into the id of a finding: `<Bucket.Arn>/folder/*`. */
function asFindingsWriteIt(value: unknown): string {
  if (typeof value === 'string') return value;
  const [name, argument] = Object.entries(value as Record<string, unknown>)[0] ?? ['', ''];
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(asFindingsWriteIt).join(separator);
  }
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (name === 'Ref') return `<${String(argument)}>`;
  if (name === 'Fn::ImportValue') return asFindingsWriteIt(argument);
  return JSON.stringify(value);
}
