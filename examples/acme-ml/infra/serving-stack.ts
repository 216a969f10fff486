import {
  CapabilityStack,
  ModelEndpoint,
  type Foundation,
  type ModelRegistry,
  type ModelSubject,
  type Release,
} from '@wa-ml/constructs';
import type { Construct } from 'constructs';

/**
 * One model's endpoint in one environment: the release that releases/<environment>.json names.
 * Without an entry the stack deploys with everything but the endpoint.
 */
export class ServingStack extends CapabilityStack {
  constructor(
    scope: Construct,
    subject: ModelSubject,
    foundation: Foundation,
    registry: ModelRegistry,
    release: Release | undefined,
  ) {
    super(scope, 'serving', subject);
    new ModelEndpoint(this, 'Endpoint', { subject, foundation, registry, ...(release ? { release } : {}) });
  }
}
