import { reliability, type EndpointSettings } from '@wa-ml/config';
import { CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import { scalableFleet } from './scalable-fleet';

export interface BacklogScalingProps {
  readonly endpoint: CfnEndpoint;
  readonly endpointName: string;
  readonly variantName: string;
  readonly settings: EndpointSettings;
  readonly timeZone: string;
}

const { scaleOutCooldownSeconds, scaleInCooldownSeconds } = reliability.scaling;

/**
 * Scaling of an asynchronous endpoint by what waits in its queue, down to no instance at all.
 * Target tracking alone would start the first instance only when the backlog exceeds its target, so one waiting
 * request could wait for ever: a step policy starts it.
 */
export class BacklogScaling extends Construct {
  constructor(scope: Construct, id: string, props: BacklogScalingProps) {
    super(scope, id);
    const { endpointName, settings } = props;
    const target = scalableFleet(this, 'Target', {
      ...props,
      dimension: 'DesiredInstanceCount',
      min: settings.min,
      max: settings.max,
      scheduled: settings.scheduledScaling,
    });
    new CfnScalingPolicy(this, 'Backlog', {
      policyName: `${endpointName}-backlog`,
      policyType: 'TargetTrackingScaling',
      scalingTargetId: target.ref,
      targetTrackingScalingPolicyConfiguration: {
        customizedMetricSpecification: {
          namespace: 'AWS/SageMaker',
          metricName: 'ApproximateBacklogSizePerInstance',
          dimensions: [{ name: 'EndpointName', value: endpointName }],
          statistic: 'Average',
        },
        targetValue: settings.backlogPerInstance!,
        scaleOutCooldown: scaleOutCooldownSeconds,
        scaleInCooldown: scaleInCooldownSeconds,
      },
    });
    const wake = new CfnScalingPolicy(this, 'FirstInstance', {
      policyName: `${endpointName}-first-instance`,
      policyType: 'StepScaling',
      scalingTargetId: target.ref,
      stepScalingPolicyConfiguration: {
        adjustmentType: 'ChangeInCapacity',
        metricAggregationType: 'Average',
        cooldown: scaleOutCooldownSeconds,
        stepAdjustments: [{ metricIntervalLowerBound: 0, scalingAdjustment: 1 }],
      },
    });
    const { alarm } = new CataloguedAlarm(this, 'endpoint-waiting', {
      kind: 'endpoint-waiting',
      subject: endpointName,
      dimensions: { EndpointName: endpointName },
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: wake.ref }) });
  }
}
