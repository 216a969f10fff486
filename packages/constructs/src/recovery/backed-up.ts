import { resourcePrefix, type NormalisedEnvironment } from '@wa-ml/config';
import { Tags } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { StackSubject } from '../foundation/capability-stack';

/** The tag that AWS Backup looks for. */
export const backupTag = 'backup';
export const backupTagValue = ({ configuration, environment }: StackSubject): string =>
  resourcePrefix(configuration, environment.name);

/** Whether an environment pays for backups. In development versions bring objects back, and data comes from elsewhere. */
export function isBackedUp({ tier, critical }: NormalisedEnvironment): boolean {
  return tier !== 'development' || critical;
}

/** Has AWS Backup take a resource with it: a bucket with versions, or a table. */
export function backUp(resource: IConstruct, subject: StackSubject): void {
  Tags.of(resource).add(backupTag, backupTagValue(subject));
}
