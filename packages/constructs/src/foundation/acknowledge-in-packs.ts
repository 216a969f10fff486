import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** An exception to a rule that several of the packs for HIPAA, PCI DSS and NIST have, e.g. `S3DefaultEncryptionKMS`. */
export function acknowledgeInPacks(scope: IConstruct, rule: string, reason: string): void {
  for (const pack of ['HIPAA.Security', 'PCI.DSS.321', 'NIST.800.53.R5']) {
    Validations.of(scope).acknowledge({ id: `${pack}-${rule}`, reason });
  }
}
