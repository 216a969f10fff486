import { failedExecution, oneIsTooMany, type AlarmEntry } from './alarm-shapes';
import { replicationAlarmMinutes } from './policies/recovery';

const replication = ['SourceBucket', 'DestinationBucket', 'RuleId'] as const;

/** Alarms of replication and backups (REL-5). */
export const recoveryAlarms: readonly AlarmEntry[] = [
  {
    id: 'replication-delay',
    capability: 'recovery',
    title: 'Replication late',
    meaning: 'The copy in the recovery region is more than ten minutes behind.',
    severity: 'warning',
    metric: {
      kind: 'metric',
      namespace: 'AWS/S3',
      name: 'ReplicationLatency',
      statistic: 'Maximum',
      dimensions: replication,
    },
    comparison: 'above',
    threshold: replicationAlarmMinutes * 60,
    unit: 'seconds',
    periodSeconds: 60,
    datapoints: 2,
    missingData: 'fine',
    rollsBack: false,
  },
  {
    id: 'replication-failed',
    capability: 'recovery',
    title: 'Replication failed',
    meaning: 'An object was not copied to the recovery region, and S3 does not try again.',
    metric: {
      kind: 'metric',
      namespace: 'AWS/S3',
      name: 'OperationsFailedReplication',
      statistic: 'Sum',
      dimensions: replication,
    },
    unit: 'objects',
    ...oneIsTooMany,
  },
  {
    id: 'backup-failed',
    capability: 'recovery',
    title: 'Backup failed',
    meaning: 'AWS Backup could not back up a bucket or a table.',
    metric: {
      kind: 'metric',
      namespace: 'AWS/Backup',
      name: 'NumberOfBackupJobsFailed',
      statistic: 'Sum',
      dimensions: ['BackupVaultName'],
    },
    unit: 'jobs',
    ...oneIsTooMany,
  },
  failedExecution({
    id: 'registry-export-failed',
    capability: 'recovery',
    title: 'Registry export failed',
    meaning: 'What the registry knows of the models was not written to the artifact bucket.',
  }),
];
