import { apiLimits } from '@wa-ml/config';
import {
  CapabilityStack,
  EdgeFirewall,
  FrontDoor,
  GatewayLogRole,
  settingsOf,
  type Foundation,
  type ModelSubject,
  type Release,
  type StackSubject,
} from '@wa-ml/constructs';
import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * The API in front of one model's endpoint, where wa-ml.json asks for one (`endpoint.api`) and something is released.
 * CloudFront has its firewall in us-east-1, in a stack of its own.
 * @param contract the contents of releases/contracts/<model>.json: the model's OpenAPI document
 */
export function addFrontDoor(
  scope: Construct,
  subject: ModelSubject,
  foundation: Foundation,
  serving: Stack,
  release: Release | undefined,
  contract: unknown,
): CapabilityStack[] {
  const { api } = settingsOf(subject).endpoint;
  if (!api || !release) return [];

  const crossRegionReferences = api.cloudFront !== undefined;
  const stack = new CapabilityStack(scope, 'serving', subject, { part: 'api', crossRegionReferences });
  stack.addStackDependency(serving, 'the endpoint first');
  const props = { subject, foundation, api, release, contract };
  if (!crossRegionReferences) {
    new FrontDoor(stack, 'FrontDoor', props);
    return [stack];
  }
  const edge = new CapabilityStack(scope, 'serving', subject, {
    part: 'edge',
    region: apiLimits.cloudFrontRegion,
    crossRegionReferences,
  });
  const { arn } = new EdgeFirewall(edge, 'Firewall', { api });
  new FrontDoor(stack, 'FrontDoor', { ...props, edgeFirewallArn: arn });
  return [edge, stack];
}

/** The role by which API Gateway writes logs, where this environment sets it for its account and region. */
export function addGatewayLogRole(scope: Construct, subject: StackSubject): CapabilityStack[] {
  if (subject.environment.apiGatewayLogRole !== 'managed') return [];
  const stack = new CapabilityStack(scope, 'serving', subject, { part: 'api-logs' });
  new GatewayLogRole(stack, 'LogRole');
  return [stack];
}
