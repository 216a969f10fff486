import { Stack } from 'aws-cdk-lib';
import { resourceName } from '@wa-ml/config';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { ModelSubject } from '../foundation/capability-stack';
import { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';

export interface SignificantEventsProps {
  readonly subject: ModelSubject;
  readonly foundation: Foundation;
}

/** Events of SageMaker that somebody should read of, each narrowed to one model's resources. */
interface EventKind {
  readonly id: string;
  readonly what: string;
  readonly detailType: readonly string[];
  readonly detail: Readonly<Record<string, readonly string[]>>;
}

/**
 * Tells the alarm topic of everything that happened to a model, even when it healed itself (OPS-4): its endpoint
 * changed or went back, an execution of its pipeline ended, a version was registered, approved or rejected.
 * SageMaker may send an event twice.
 */
export class SignificantEvents extends Construct {
  constructor(scope: Construct, id: string, props: SignificantEventsProps) {
    super(scope, id);
    const { foundation } = props;
    // Through a role: a topic policy would have to let in every rule of EventBridge, those of other accounts too.
    const role = new DutyRole(this, 'Role', {
      duty: `tells of what happens to ${props.subject.model}`,
      service: 'events.amazonaws.com',
    })
      .allow({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [foundation.keys.alarms.keyArn],
      })
      .allow({ actions: ['sns:Publish'], resources: [foundation.alarmTopic.topicArn] });
    for (const { id: name, what, detailType, detail } of this.kinds(props.subject)) {
      new Rule(this, name, {
        description: what,
        eventPattern: {
          source: ['aws.sagemaker'],
          detailType: [...detailType],
          detail: { ...detail },
        },
        targets: [
          {
            bind: () => ({
              arn: foundation.alarmTopic.topicArn,
              role,
              input: RuleTargetInput.fromText(
                `${what}\n${EventField.fromPath('$.detail-type')} at ${EventField.time}\n${EventField.fromPath('$.detail')}`,
              ),
            }),
          },
        ],
      });
    }
  }

  private kinds({ configuration, environment, model }: ModelSubject): EventKind[] {
    const name = resourceName(configuration, model, environment.name);
    const { partition, region, account } = Stack.of(this);
    const kinds: EventKind[] = [
      {
        id: 'Endpoint',
        what: `The endpoint ${name} changed: a release, a rollback, or SageMaker itself.`,
        detailType: [
          'SageMaker Endpoint State Change',
          'SageMaker Endpoint Deployment State Change',
        ],
        detail: { EndpointName: [name] },
      },
      {
        id: 'ModelPackage',
        what: `A version of ${name} was registered, approved or rejected.`,
        detailType: ['SageMaker Model Package State Change'],
        detail: { ModelPackageGroupName: [name] },
      },
    ];
    if (environment.name !== configuration.trainingEnvironment) return kinds;
    return [
      ...kinds,
      {
        id: 'Pipeline',
        what: `An execution of the training pipeline ${name} ended.`,
        detailType: ['SageMaker Model Building Pipeline Execution Status Change'],
        detail: {
          pipelineArn: [`arn:${partition}:sagemaker:${region}:${account}:pipeline/${name}`],
          currentPipelineExecutionStatus: ['Succeeded', 'Failed', 'Stopped'],
        },
      },
    ];
  }
}
