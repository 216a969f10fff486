import type { NormalisedEnvironment } from '@wa-ml/config';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** How long a log group of an environment remembers, as its tier and the regimes ask; CDK's members are numbers of days. */
export function logRetention({ records }: Pick<NormalisedEnvironment, 'records'>): RetentionDays {
  return records.logRetentionDays;
}
