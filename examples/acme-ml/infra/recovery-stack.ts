import { CapabilityStack, RecoveryCopies, type StackSubject } from '@wa-ml/constructs';
import type { Construct } from 'constructs';

/**
 * What outlives the region of an environment: keys, replicas of its buckets and copies of its backups.
 * It stands in the recovery region and is deployed first, because replication needs somewhere to go.
 */
export class RecoveryStack extends CapabilityStack {
  readonly copies: RecoveryCopies;

  constructor(scope: Construct, subject: StackSubject, region: string) {
    super(scope, 'recovery', { ...subject, environment: { ...subject.environment, region } });
    this.copies = new RecoveryCopies(this, 'Copies', subject);
  }
}
