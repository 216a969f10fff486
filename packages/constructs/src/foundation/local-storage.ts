import { instanceFamily } from '@wa-ml/config';
import type { IConstruct } from 'constructs';
import { acknowledgeInPacks } from './acknowledge-in-packs';

/**
 * Instance families with local NVMe storage. Its contents are encrypted by the hardware, and SageMaker refuses
 * KmsKeyId and VolumeKmsKeyId for them. Source: CreateEndpointConfig and CreateTrainingJob API references,
 * and EC2's list of instance store volumes.
 */
const familiesWithLocalStorage = new Set([
  ...['c5d', 'c6id', 'c6gd', 'c7gd', 'm5d', 'm5dn', 'm6id', 'm6idn', 'm6gd', 'm7gd'],
  ...['r5d', 'r5dn', 'r6id', 'r6gd', 'r7gd', 'i3', 'i3en', 'i4i'],
  ...['g4dn', 'g5', 'g6', 'g6e', 'gr6', 'g7', 'g7e'],
  ...['p4d', 'p4de', 'p5', 'p5e', 'p5en', 'p6-b200', 'p6-b300', 'p6e-gb200'],
  ...['trn1', 'trn1n', 'trn2'],
]);

/** Whether SageMaker refuses a volume key for this instance type, e.g. true for `ml.g5.xlarge`. */
export function hasLocalStorage(instanceType: string): boolean {
  return familiesWithLocalStorage.has(instanceFamily(instanceType) ?? '');
}

/** Says on an endpoint configuration why it has no key, where its instances have local disks. */
export function acknowledgeLocalStorage(
  config: IConstruct,
  instanceTypes: readonly string[],
): void {
  const local = instanceTypes.filter(hasLocalStorage);
  if (local.length === 0) return;
  acknowledgeInPacks(
    config,
    'SageMakerEndpointConfigurationKMSKeyConfigured',
    `SageMaker refuses a volume key for ${local.join(', ')}: the disks are part of the host, and its hardware encrypts them.`,
  );
}
