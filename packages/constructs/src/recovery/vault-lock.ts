import { backup, type NormalisedEnvironment } from '@wa-ml/config';
import { Duration } from 'aws-cdk-lib';
import type { LockConfiguration } from 'aws-cdk-lib/aws-backup';

/**
 * Nobody deletes a recovery point early, and nobody keeps one for ransom. A permission of its own takes the lock away,
 * unless the environment acknowledges `backup-vault-lock`: then nothing does, three days after the first deployment.
 */
export function vaultLock(environment: NormalisedEnvironment): LockConfiguration {
  return {
    minRetention: Duration.days(backup.lockMinDays),
    maxRetention: Duration.days(backup.lockMaxDays),
    ...(environment.acknowledged.includes('backup-vault-lock')
      ? { changeableFor: Duration.days(backup.lockChangeableDays) }
      : {}),
  };
}
