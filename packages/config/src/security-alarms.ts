import type { AlarmEntry } from './alarm-shapes';

/** Where metric filters on the trail count; each environment has its own namespace below it. */
export const securityNamespace = 'WaMl/Security';

/** What the trail is searched for, in the language of CloudWatch Logs metric filters. */
export interface SecurityEvent {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly severity: 'critical' | 'warning';
  /** Name of the metric, without its namespace. */
  readonly metric: string;
  readonly filter: string;
  /** Events in five minutes from which on it is an alarm. */
  readonly threshold: number;
}

const anyOf = (source: string, names: readonly string[]): string =>
  `{ ($.eventSource = "${source}.amazonaws.com") && (${names.map((name) => `($.eventName = "${name}")`).join(' || ')}) }`;

/**
 * What should not happen in an account that runs models (SEC-7). The events are those that the CIS AWS Foundations
 * Benchmark wants alarms for, as far as they can happen here; the thresholds are ours.
 */
export const securityEvents: readonly SecurityEvent[] = [
  {
    id: 'security-root-use',
    title: 'Root user used',
    meaning: 'Somebody worked as the root user of the account.',
    severity: 'critical',
    metric: 'RootUse',
    filter:
      '{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != "AwsServiceEvent") }',
    threshold: 1,
  },
  {
    id: 'security-denied-calls',
    title: 'Calls denied',
    meaning: 'More than ten calls in five minutes were refused for want of permission.',
    severity: 'warning',
    metric: 'DeniedCalls',
    filter: '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    // A role that lacks one permission after a release stays below it; somebody who tries doors does not.
    threshold: 10,
  },
  {
    id: 'security-key-deletion',
    title: 'Key at risk',
    meaning: 'A key was disabled or will be deleted, and with it all that it encrypts.',
    severity: 'critical',
    metric: 'KeyDeletion',
    filter: anyOf('kms', ['DisableKey', 'ScheduleKeyDeletion']),
    threshold: 1,
  },
  {
    id: 'security-trail-changed',
    title: 'Audit trail changed',
    meaning: 'A trail was stopped, deleted or told to record something else.',
    severity: 'critical',
    metric: 'TrailChanged',
    filter: anyOf('cloudtrail', ['StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors']),
    threshold: 1,
  },
  {
    id: 'security-policy-changed',
    title: 'Permissions changed',
    meaning: 'Permissions of an identity were changed, and not by a deployment.',
    severity: 'warning',
    metric: 'PolicyChanged',
    // A deployment changes them through CloudFormation, which calls in its own name.
    filter:
      '{ ($.eventSource = "iam.amazonaws.com") && ($.userIdentity.invokedBy NOT EXISTS) && (($.eventName = "Put*Policy") || ($.eventName = "Attach*Policy") || ($.eventName = "CreatePolicyVersion") || ($.eventName = "*PermissionsBoundary") || ($.eventName = "UpdateAssumeRolePolicy") || ($.eventName = "CreateAccessKey")) }',
    threshold: 1,
  },
];

/** Alarms on what the trail records, and what detectors find. */
export const securityAlarms: readonly AlarmEntry[] = [
  ...securityEvents.map(({ id, title, meaning, severity, metric, threshold }): AlarmEntry => ({
    id,
    capability: 'foundation',
    title,
    meaning,
    severity,
    metric: {
      kind: 'metric',
      namespace: securityNamespace,
      name: metric,
      statistic: 'Sum',
      dimensions: [],
    },
    comparison: 'at-least',
    threshold,
    unit: 'events',
    periodSeconds: 300,
    datapoints: 1,
    missingData: 'fine',
    rollsBack: false,
  })),
  {
    id: 'security-finding',
    capability: 'foundation',
    title: 'Security finding',
    meaning: 'GuardDuty or Access Analyzer found something that somebody has to look at.',
    severity: 'critical',
    metric: { kind: 'finding', sources: ['aws.guardduty', 'aws.access-analyzer'] },
    comparison: 'at-least',
    // GuardDuty's scale of 1 to 10: medium begins at 4. Every active finding of Access Analyzer counts.
    threshold: 4,
    unit: 'severity',
    periodSeconds: 300,
    datapoints: 1,
    missingData: 'fine',
    rollsBack: false,
  },
];
