import type { Tier } from '@wa-ml/config';
import { Stack, type CfnResource } from 'aws-cdk-lib';
import { CapabilityStack } from '../foundation/capability-stack';
import type { CheckedTree } from './checked-tree';
import { at, written, type Json } from './reading';

/** One resource as its template will have it: rules speak CloudFormation's language and know no CDK class. */
export class CheckedResource {
  readonly type: string;
  readonly properties: Json;
  /** `Retain`, `Delete`, ...; undefined where the template says nothing. */
  readonly deletionPolicy: Json;
  readonly metadata: Json;
  /** Name of the condition without which the resource is not there; undefined where it always is. */
  readonly condition: Json;
  readonly logicalId: string;
  private parsed?: { readonly definition: Json };

  constructor(
    private readonly node: CfnResource,
    private readonly tree: CheckedTree,
  ) {
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
    this.condition = at(resource, 'Condition');
  }

  /** The tier of its environment. A stack that is none of ours is held to production's rules. */
  get tier(): Tier {
    const stack = Stack.of(this.node);
    return stack instanceof CapabilityStack ? stack.subject.environment.tier : 'production';
  }

  /**
   * A SageMaker pipeline's definition, parsed once, with `<...>` for what only the deployment knows.
   * Undefined where it lies in S3 or is no JSON; `pipeline-definition-readable` reports that.
   */
  get pipelineDefinition(): Json {
    this.parsed ??= { definition: parsed(this.properties) };
    return this.parsed.definition;
  }

  /** Resources of a type in the same stack. */
  inStack(type: string): readonly CheckedResource[] {
    return this.tree.inStackOf(this.node, type);
  }

  /** Resources of a type in the same environment: in all of its stacks. */
  inEnvironment(type: string): readonly CheckedResource[] {
    return this.tree.inEnvironmentOf(this.node, type);
  }

  /** Whether a value of a template is a reference to this resource (`Ref` or `Fn::GetAtt`). */
  isReferredToBy(value: Json): boolean {
    return at(value, 'Ref') === this.logicalId || at(value, 'Fn::GetAtt', 0) === this.logicalId;
  }
}

function parsed(properties: Json): Json {
  const body = at(properties, 'PipelineDefinition', 'PipelineDefinitionBody');
  if (body === undefined) return undefined;
  try {
    return JSON.parse(written(body)) as Json;
  } catch {
    return undefined;
  }
}
