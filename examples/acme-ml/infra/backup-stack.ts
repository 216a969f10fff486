import { Backups, CapabilityStack, RegistryExport, type Foundation, type RecoveryCopies, type StackSubject } from '@wa-ml/constructs';
import type { Construct } from 'constructs';

/** Backups of data and artifacts, restored once a week as a test, and the nightly export of the registry. */
export class BackupStack extends CapabilityStack {
  constructor(scope: Construct, subject: StackSubject, foundation: Foundation, copies: RecoveryCopies | undefined) {
    super(scope, 'backup', subject);
    new RegistryExport(this, 'Registry', { subject, foundation });
    new Backups(this, 'Backups', { subject, foundation, ...(copies ? { copies } : {}) });
  }
}
