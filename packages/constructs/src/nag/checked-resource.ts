import type { Tier } from '@wa-ml/config';
import { CfnResource, Stack } from 'aws-cdk-lib';
import { CapabilityStack } from '../foundation/capability-stack';
import { at, type Json } from './reading';

const read = new WeakMap<CfnResource, CheckedResource>();

/** One resource as its template will have it: rules speak CloudFormation's language and know no CDK class. */
export class CheckedResource {
  readonly type: string;
  readonly properties: Json;
  /** `Retain`, `Delete`, ...; undefined where the template says nothing. */
  readonly deletionPolicy: Json;
  readonly metadata: Json;
  readonly logicalId: string;

  private constructor(private readonly node: CfnResource) {
    const stack = Stack.of(node);
    this.logicalId = String(stack.resolve(node.logicalId));
    const template: Json = stack.resolve(
      (node as unknown as { _toCloudFormation(): unknown })._toCloudFormation(),
    );
    const resource = Object.values((at(template, 'Resources') ?? {}) as Record<string, Json>)[0];
    this.type = node.cfnResourceType;
    this.properties = at(resource, 'Properties') ?? {};
    this.deletionPolicy = at(resource, 'DeletionPolicy');
    this.metadata = at(resource, 'Metadata');
  }

  /** Read once: several rules look at the same resource. */
  static of(node: CfnResource): CheckedResource {
    let resource = read.get(node);
    if (!resource) read.set(node, (resource = new CheckedResource(node)));
    return resource;
  }

  /** The tier of its environment. A stack that is none of ours is held to production's rules. */
  get tier(): Tier {
    const stack = Stack.of(this.node);
    return stack instanceof CapabilityStack ? stack.subject.environment.tier : 'production';
  }

  /** Resources of a type in the same stack. */
  inStack(type: string): readonly CheckedResource[] {
    return all(Stack.of(this.node), type).map((node) => CheckedResource.of(node));
  }

  /** Resources of a type in the same environment: in all of its stacks. */
  inEnvironment(type: string): readonly CheckedResource[] {
    const environment = environmentOf(this.node);
    return all(this.node.node.root, type)
      .filter((node) => environmentOf(node) === environment)
      .map((node) => CheckedResource.of(node));
  }

  /** Whether a value of a template is a reference to this resource (`Ref` or `Fn::GetAtt`). */
  isReferredToBy(value: Json): boolean {
    return at(value, 'Ref') === this.logicalId || at(value, 'Fn::GetAtt', 0) === this.logicalId;
  }
}

function all(scope: { readonly node: CfnResource['node'] }, type: string): CfnResource[] {
  return scope.node
    .findAll()
    .filter(
      (node): node is CfnResource =>
        CfnResource.isCfnResource(node) && node.cfnResourceType === type,
    );
}

function environmentOf(node: CfnResource): string | undefined {
  const stack = Stack.of(node);
  return stack instanceof CapabilityStack ? stack.subject.environment.name : undefined;
}
