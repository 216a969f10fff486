import { alarmKind } from '@wa-ml/config';
import { CfnAnalyzer } from 'aws-cdk-lib/aws-accessanalyzer';
import { EventField, Rule, RuleTargetInput, type EventPattern } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { CfnDetector } from 'aws-cdk-lib/aws-guardduty';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StackSubject } from './capability-stack';

export interface DetectionProps {
  readonly subject: StackSubject;
  readonly topic: ITopic;
}

/** Days after which access that nobody used is a finding (1 to 365). Ours: a quarter, as long as a model's season. */
const unusedAccessAgeDays = 90;

/**
 * What looks for threats in the account (SEC-4, SEC-7). An account has one of each: only what wa-ml.json says `create` of
 * is made here. Whoever made them, their findings go to the owner at once, with the runbook.
 */
export class Detection extends Construct {
  constructor(scope: Construct, id: string, props: DetectionProps) {
    super(scope, id);
    const { detection } = props.subject.environment;
    if (detection.accessAnalyzer === 'create') {
      new CfnAnalyzer(this, 'ExternalAccess', { type: 'ACCOUNT' });
    }
    if (detection.unusedAccess === 'create') {
      new CfnAnalyzer(this, 'UnusedAccess', {
        type: 'ACCOUNT_UNUSED_ACCESS',
        analyzerConfiguration: {
          unusedAccessConfiguration: { unusedAccessAge: unusedAccessAgeDays },
        },
      });
    }
    if (detection.guardDuty === 'create') {
      new CfnDetector(this, 'Detector', {
        enable: true,
        findingPublishingFrequency: 'FIFTEEN_MINUTES',
        // GuardDuty takes either `features` or the older `dataSources`, not both.
        features: [{ name: 'S3_DATA_EVENTS', status: 'ENABLED' }],
      });
    }
    this.tellOfFindings(props.topic);
  }

  private tellOfFindings(topic: ITopic): void {
    const { title, meaning, runbook, threshold } = alarmKind('security-finding');
    const patterns: Readonly<Record<string, EventPattern>> = {
      GuardDutyFindings: {
        source: ['aws.guardduty'],
        detailType: ['GuardDuty Finding'],
        detail: { severity: [{ numeric: ['>=', threshold] }] },
      },
      AccessFindings: {
        source: ['aws.access-analyzer'],
        detail: { status: ['ACTIVE'] },
      },
    };
    for (const [name, eventPattern] of Object.entries(patterns)) {
      new Rule(this, name, {
        description: `${title}: ${meaning} Runbook: ${runbook}`,
        eventPattern,
        targets: [
          new SnsTopic(topic, {
            message: RuleTargetInput.fromText(
              `${title}. Runbook: ${runbook}. ${EventField.fromPath('$.detail-type')} ${EventField.fromPath('$.detail.id')} in ${EventField.account}, ${EventField.region}.`,
            ),
          }),
        ],
      });
    }
  }
}
