import { CfnScalingPolicy, type CfnScalableTarget } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { Construct } from 'constructs';
import { CataloguedAlarm, type CataloguedAlarmProps } from '../monitoring/catalogued-alarm';

export interface ScalingStepProps {
  readonly target: CfnScalableTarget;
  readonly policyName: string;
  /** Instances that come, or go where it is negative. */
  readonly instances: 1 | -1;
  /** Seconds until the next step. */
  readonly cooldown: number;
  /** What moves them. It tells nobody: moving instances is its normal work. */
  readonly alarm: Omit<CataloguedAlarmProps, 'topic'>;
}

/** Adds or removes one instance while an alarm fires. */
export function scalingStep(scope: Construct, id: string, props: ScalingStepProps): void {
  const { instances } = props;
  const policy = new CfnScalingPolicy(scope, id, {
    policyName: props.policyName,
    policyType: 'StepScaling',
    scalingTargetId: props.target.ref,
    stepScalingPolicyConfiguration: {
      adjustmentType: 'ChangeInCapacity',
      metricAggregationType: 'Average',
      cooldown: props.cooldown,
      stepAdjustments: [
        {
          // From the alarm's threshold upwards, or downwards.
          [instances > 0 ? 'metricIntervalLowerBound' : 'metricIntervalUpperBound']: 0,
          scalingAdjustment: instances,
        },
      ],
    },
  });
  const { alarm } = new CataloguedAlarm(scope, `${id}-alarm`, props.alarm);
  alarm.addAlarmAction({ bind: () => ({ alarmActionArn: policy.ref }) });
}
