import { InputError } from '@wa-ml/config';
import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal, type Conditions } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface DutyRoleProps {
  /** What the role is for, in a few words. */
  readonly duty: string;
  /** Service that assumes it. @default 'sagemaker.amazonaws.com' */
  readonly service?: string;
}

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
 * A role that SageMaker, or another service, assumes for one duty, for this account only (SEC-4).
 * A wildcard resource needs a written reason, which is also what the nag rule AwsSolutions-IAM5 gets to read.
 */
export class DutyRole extends Role {
  private readonly permissions: Permission[] = [];

  constructor(scope: Construct, id: string, props: DutyRoleProps) {
    super(scope, id, {
      description: props.duty,
      assumedBy: new ServicePrincipal(props.service ?? 'sagemaker.amazonaws.com', {
        // Without it the service could be talked into using the role for somebody else's account.
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
      }),
    });
    // The finding names the resource as the template writes it, and references to other stacks are only
    // written when CDK validates the tree.
    this.node.addValidation({
      validate: () => {
        this.acknowledgeWildcards();
        return [];
      },
    });
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
