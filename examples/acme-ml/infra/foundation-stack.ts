import { CapabilityStack, Foundation, type RecoveryCopies, type StackSubject } from '@wa-ml/constructs';
import type { Construct } from 'constructs';

/** What all models of an environment stand on: keys, network, buckets, audit trail and alarm topic. */
export class FoundationStack extends CapabilityStack {
  readonly foundation: Foundation;

  constructor(scope: Construct, subject: StackSubject, copies?: RecoveryCopies) {
    super(scope, 'foundation', subject);
    this.foundation = new Foundation(this, 'Foundation', { subject, ...(copies ? { copies } : {}) });
  }
}
