import { reliability } from '@wa-ml/config';
import { CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Construct } from 'constructs';
import { scalableInstances, type InstanceFleetProps } from './scalable-fleet';
import { scalingStep } from './scaling-step';

const { scaleOutCooldownSeconds, scaleInCooldownSeconds } = reliability.scaling;

/**
 * Scaling of an asynchronous endpoint by what waits in its queue, down to no instance at all.
 * Target tracking alone would start the first instance only when the backlog exceeds its target, so one waiting
 * request could wait for ever: a step policy starts it.
 */
export class BacklogScaling extends Construct {
  constructor(scope: Construct, id: string, props: InstanceFleetProps) {
    super(scope, id);
    const { endpointName, settings } = props;
    const target = scalableInstances(this, 'Target', props);
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
    scalingStep(this, 'FirstInstance', {
      target,
      policyName: `${endpointName}-first-instance`,
      instances: 1,
      cooldown: scaleOutCooldownSeconds,
      alarm: {
        kind: 'endpoint-waiting',
        subject: endpointName,
        dimensions: { EndpointName: endpointName },
      },
    });
  }
}
