import {
  BatchTransform,
  CapabilityStack,
  ModelEndpoint,
  settingsOf,
  type Foundation,
  type ModelRegistry,
  type ModelSubject,
  type Release,
} from '@wa-ml/constructs';
import type { Construct } from 'constructs';

/**
 * How one model is served in one environment: its endpoint, or its batch transform, with the release that
 * releases/<environment>.json names. Without an entry the stack deploys with everything but what runs it.
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
    const { type } = settingsOf(subject).endpoint;
    const Served = type === 'batchTransform' ? BatchTransform : ModelEndpoint;
    new Served(this, 'Endpoint', { subject, foundation, registry, ...(release ? { release } : {}) });
  }
}
