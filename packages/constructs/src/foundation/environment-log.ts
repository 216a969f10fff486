import type { NormalisedEnvironment } from '@wa-ml/config';
import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { removalPolicy } from './removal';

export interface EnvironmentLogProps {
  readonly environment: NormalisedEnvironment;
  /** The environment's key for records. */
  readonly key: IKey;
  /** Only where a service takes groups of some names. @default - CloudFormation's choice */
  readonly logGroupName?: string;
  /** @default - as the tier asks of what holds data */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A log of an environment: encrypted, kept with its tier, and remembered for as long as the tier and the regimes ask
 * (SEC-5).
 */
export function environmentLog(
  scope: Construct,
  id: string,
  { environment, key, logGroupName, ...props }: EnvironmentLogProps,
): LogGroup {
  return new LogGroup(scope, id, {
    ...(logGroupName ? { logGroupName } : {}),
    encryptionKey: key,
    retention: environment.records.logRetentionDays, // CDK's members are numbers of days
    removalPolicy: props.removalPolicy ?? removalPolicy(environment.tier),
  });
}
