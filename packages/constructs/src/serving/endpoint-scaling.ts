import { invocationsPerMinuteTarget, reliability, type EndpointSettings } from '@wa-ml/config';
import { Annotations, CfnOutput } from 'aws-cdk-lib';
import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import { measurementKey, type Release } from './release';
import { virtualCpus } from './virtual-cpus';

export interface EndpointScalingProps {
  readonly endpoint: CfnEndpoint;
  readonly endpointName: string;
  readonly variantName: string;
  readonly settings: EndpointSettings;
  readonly release: Release;
}

const { scaleOutCooldownSeconds, scaleInCooldownSeconds, unmeasuredMaxRps } = reliability.scaling;

/**
 * Application Auto Scaling of an endpoint (REL-4): requests per instance at 70 % of the measured maximum,
 * and steps of one instance when the CPUs are busy for more than 80 % or less than 50 % of their time.
 */
export class EndpointScaling extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: EndpointScalingProps,
  ) {
    super(scope, id);
    const { endpoint, endpointName, variantName, settings } = props;
    const target = new CfnScalableTarget(this, 'Target', {
      serviceNamespace: 'sagemaker',
      scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
      resourceId: `endpoint/${endpointName}/variant/${variantName}`,
      minCapacity: settings.min,
      maxCapacity: settings.max,
    });
    target.addResourceDependency(endpoint);

    const { maxRps, basis, isMeasured } = this.throughput();
    const requests = new CfnScalingPolicy(this, 'Requests', {
      policyName: `${endpointName}-requests`,
      policyType: 'TargetTrackingScaling',
      scalingTargetId: target.ref,
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: {
          predefinedMetricType: 'SageMakerVariantInvocationsPerInstance',
        },
        targetValue: invocationsPerMinuteTarget(maxRps),
        scaleOutCooldown: scaleOutCooldownSeconds,
        scaleInCooldown: scaleInCooldownSeconds,
      },
    });
    requests.addMetadata(measurementKey, isMeasured);
    new CfnOutput(this, 'Basis', { value: basis });
    this.step(
      'endpoint-cpu-high',
      target,
      { metricIntervalLowerBound: 0, scalingAdjustment: 1 },
      scaleOutCooldownSeconds,
    );
    this.step(
      'endpoint-cpu-low',
      target,
      { metricIntervalUpperBound: 0, scalingAdjustment: -1 },
      scaleInCooldownSeconds,
    );
  }

  /** The measured throughput if it is of this instance type and image, else a cautious one. */
  private throughput(): { maxRps: number; basis: string; isMeasured: boolean } {
    const { release, settings } = this.props;
    const measured = release.measured ?? [];
    const fitting = measured.find(
      ({ instanceType, imageDigest }) =>
        instanceType === settings.instanceType && imageDigest === release.imageDigest,
    );
    if (fitting) {
      return {
        maxRps: fitting.maxRps,
        isMeasured: true,
        basis: `measured: ${fitting.maxRps} requests/s on ${fitting.instanceType}`,
      };
    }
    const why =
      measured.length > 0
        ? 'was measured on another instance type or image only'
        : 'has not been measured';
    const basis = `cautious default: ${unmeasuredMaxRps} requests/s on ${settings.instanceType}, which ${why}`;
    if (measured.length > 0)
      Annotations.of(this).addWarningV2('wa-ml:measurement-ignored', `Scaling uses a ${basis}.`);
    return { maxRps: unmeasuredMaxRps, basis, isMeasured: false };
  }

  private step(
    kind: 'endpoint-cpu-high' | 'endpoint-cpu-low',
    target: CfnScalableTarget,
    adjustment: CfnScalingPolicy.StepAdjustmentProperty,
    cooldown: number,
  ): void {
    const { endpointName, variantName, settings } = this.props;
    const policy = new CfnScalingPolicy(this, kind, {
      policyName: `${endpointName}-${kind}`,
      policyType: 'StepScaling',
      scalingTargetId: target.ref,
      stepScalingPolicyConfiguration: {
        adjustmentType: 'ChangeInCapacity',
        metricAggregationType: 'Average',
        cooldown,
        stepAdjustments: [adjustment],
      },
    });
    // It tells nobody: moving instances is its normal work.
    const { alarm } = new CataloguedAlarm(this, `${kind}-alarm`, {
      kind,
      subject: endpointName,
      dimensions: { EndpointName: endpointName, VariantName: variantName },
      virtualCpus: virtualCpus(settings.instanceType),
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: policy.ref }) });
  }
}
