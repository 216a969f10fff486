import type { NormalisedEnvironment } from '@wa-ml/config';
import { CfnTrail, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { auditRecords } from './audit-records';
import { DutyRole } from './duty-role';
import { environmentLog } from './environment-log';

export interface AuditTrailProps {
  readonly environment: NormalisedEnvironment;
  /** Fixed, because the key policy names the trail; only a change of the name itself replaces a trail. */
  readonly trailName: string;
  readonly key: IKey;
  readonly accessLogs: IBucket;
  /** Buckets whose every read and write is recorded. */
  readonly audited: readonly IBucket[];
}

/**
 * CloudTrail with data events, in a bucket whose records nobody can change before their time (SEC-5), and in a log group
 * where metric filters look for what should never happen (SEC-7).
 */
export class AuditTrail extends Construct {
  readonly bucket: Bucket;
  /** What happens in the account, seconds to minutes after it did. */
  readonly events: LogGroup;

  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      ...auditRecords(props.environment),
      encryption: BucketEncryption.KMS,
      encryptionKey: props.key,
      serverAccessLogsBucket: props.accessLogs,
      serverAccessLogsPrefix: 'audit/',
    });
    this.events = environmentLog(this, 'Events', {
      environment: props.environment,
      key: props.key,
    });
    const trail = new Trail(this, 'Trail', {
      trailName: props.trailName,
      bucket: this.bucket,
      encryptionKey: props.key,
      enableFileValidation: true,
    });
    trail.addS3EventSelector(props.audited.map((bucket) => ({ bucket })));
    this.writeEvents(trail);
  }

  /** By the trail's properties: its own switch would make a role with an inline policy. */
  private writeEvents(trail: Trail): void {
    const role = new DutyRole(this, 'EventsRole', {
      duty: 'writes what the trail records into its log group',
      service: 'cloudtrail.amazonaws.com',
      namesAccount: false,
    }).allow({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [this.events.logGroupArn], // as CDK has it: with the streams of the group
      wildcardReason: 'CloudTrail names the streams of the group after itself and its region.',
    });
    const resource = trail.node.defaultChild as CfnTrail;
    resource.cloudWatchLogsLogGroupArn = this.events.logGroupArn;
    resource.cloudWatchLogsRoleArn = role.roleArn;
    resource.node.addDependency(role); // CloudTrail tries it when the trail is made
  }
}
