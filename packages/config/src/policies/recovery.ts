/** What may be lost and for how long, in minutes. */
export interface RecoveryObjectives {
  /** Recovery time objective: until predictions are served again. */
  readonly rtoMinutes: number;
  /** Recovery point objective: the youngest data that may be lost. */
  readonly rpoMinutes: number;
}

/** Figures of the disaster recovery policies of the documents (REL-5). */
export const recovery = {
  policy: 'REL-5',
  /** "RTO < 1 hour for critical endpoints, RPO < 15 minutes": of the loss of the region. */
  critical: { rtoMinutes: 60, rpoMinutes: 15 },
  /** "RTO < 4 hours, RPO < 1 hour": of the loss of data in the region. */
  standard: { rtoMinutes: 240, rpoMinutes: 60 },
} as const;

export function recoveryObjectives(environment: {
  readonly critical: boolean;
}): RecoveryObjectives {
  return environment.critical ? recovery.critical : recovery.standard;
}

/**
 * S3 Replication Time Control: S3 commits itself to this, and takes no other figure.
 * Source: ReplicationTimeValue API reference.
 */
export const replicationMinutes = 15;
/** When the alarm on the delay of replication fires, in minutes: before the objective is missed. */
export const replicationAlarmMinutes = 10;

/** Continuous backups of S3 can be restored to any second up to here; in minutes. Source: AWS Backup developer guide. */
export const continuousBackupMinutes = 15;

/** Figures of AWS Backup, from its API reference: refused at deploy time where they are broken. */
export const backup = {
  /** Continuous backups are kept for at most 35 days. */
  continuousDays: 35,
  /** Nightly snapshots; what is copied to the recovery region. In days. */
  snapshotDays: 90,
  /** Minutes in which a job may start; AWS Backup refuses less than 60. */
  startWindowMinutes: 60,
  completionWindowMinutes: 480,
  /** Days until a vault lock cannot be taken back; AWS Backup refuses less than 3. */
  lockChangeableDays: 3,
  /** Nobody may delete a recovery point earlier, in days. */
  lockMinDays: 7,
  /** Nobody may keep one longer, in days: an account of somebody who copies backups to hold them for ransom. */
  lockMaxDays: 366,
} as const;

/** How long what is restored for a test is kept before AWS Backup deletes it, in hours (1 to 168). */
export const restoreTestHours = 4;

/** A step of the plan for the loss of the region, with the time that it is given. */
export interface RecoveryStep {
  readonly id: string;
  readonly what: string;
  /** Ours; `wa-ml drill` will measure it. */
  readonly minutes: number;
}

/** The plan when the region of a critical environment is lost; docs/recovery.md tells each step. */
export const recoveryPlan: readonly RecoveryStep[] = [
  { id: 'decide', what: 'Somebody decides that the region is lost', minutes: 10 },
  { id: 'repoint', what: 'wa-ml.json names the recovery region as the region', minutes: 5 },
  { id: 'foundation', what: 'Deploy keys, network and buckets there', minutes: 10 },
  { id: 'restore', what: 'Copy releases from the replicas, and the images', minutes: 10 },
  { id: 'endpoints', what: 'Deploy the endpoints, all of them at once', minutes: 15 },
  { id: 'verify', what: 'Ask each for a known prediction, then move the callers', minutes: 5 },
];
