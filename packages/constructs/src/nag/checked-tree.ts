import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { CapabilityStack } from '../foundation/capability-stack';
import { CheckedResource } from './checked-resource';

/**
 * The resources of one validation, sorted once by where they are and by type: looking for neighbours of each
 * resource walks no tree. It lives as long as the validation, so that nothing in it can be of an earlier one.
 */
export class CheckedTree {
  private readonly resources = new Map<CfnResource, CheckedResource>();
  private readonly places = new Map<string, CfnResource[]>();

  constructor(scope: IConstruct) {
    for (const node of scope.node.findAll()) {
      if (!CfnResource.isCfnResource(node)) continue;
      for (const place of [stackOf(node), environmentOf(node)]) {
        const key = keyOf(place, node.cfnResourceType);
        const there = this.places.get(key);
        if (there) there.push(node);
        else this.places.set(key, [node]);
      }
    }
  }

  /** Read once: several rules look at the same resource. */
  resource(node: CfnResource): CheckedResource {
    let resource = this.resources.get(node);
    if (!resource) this.resources.set(node, (resource = new CheckedResource(node, this)));
    return resource;
  }

  /** Resources of a type in the stack of a node. */
  inStackOf(node: CfnResource, type: string): readonly CheckedResource[] {
    return this.at(stackOf(node), type);
  }

  /** Resources of a type in all stacks of a node's environment. */
  inEnvironmentOf(node: CfnResource, type: string): readonly CheckedResource[] {
    return this.at(environmentOf(node), type);
  }

  private at(place: string, type: string): readonly CheckedResource[] {
    return (this.places.get(keyOf(place, type)) ?? []).map((node) => this.resource(node));
  }
}

const keyOf = (place: string, type: string): string => `${place} ${type}`;
const stackOf = (node: CfnResource): string => `stack:${Stack.of(node).node.addr}`;

/** Stacks that are none of ours are one environment together. */
function environmentOf(node: CfnResource): string {
  const stack = Stack.of(node);
  const environment = stack instanceof CapabilityStack ? stack.subject.environment.name : '';
  return `environment:${environment}`;
}
