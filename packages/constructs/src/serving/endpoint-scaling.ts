import { gpusOf, invocationsPerMinuteTarget, reliability } from '@wa-ml/config';
import { Annotations, CfnOutput } from 'aws-cdk-lib';
import { CfnScalingPolicy, type CfnScalableTarget } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Construct } from 'constructs';
import { measurementKey, type Release } from './release';
import { scalableInstances, type InstanceFleetProps } from './scalable-fleet';
import { scalingStep } from './scaling-step';
import { virtualCpus } from './virtual-cpus';

export interface EndpointScalingProps extends InstanceFleetProps {
  /** Before the names of its policies and alarms: the endpoint's name, and the variant's where there are two. */
  readonly subject: string;
  readonly release: Release;
}

const { scaleOutCooldownSeconds, scaleInCooldownSeconds, unmeasuredMaxRps } = reliability.scaling;

/**
 * Application Auto Scaling of an endpoint (REL-4): requests per instance at 70 % of the measured maximum,
 * and steps of one instance when the CPUs, or the GPUs, are busy for more than 80 % or less than 50 % of their time.
 */
export class EndpointScaling extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: EndpointScalingProps,
  ) {
    super(scope, id);
    const { subject } = props;
    const target = scalableInstances(this, 'Target', props);

    const { maxRps, basis, isMeasured } = this.throughput();
    const requests = new CfnScalingPolicy(this, 'Requests', {
      policyName: `${subject}-requests`,
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
    for (const { high, low, count } of this.uses()) {
      this.step(target, high, count, 1, scaleOutCooldownSeconds);
      this.step(target, low, count, -1, scaleInCooldownSeconds);
    }
  }

  /** What is watched of an instance: its CPUs, and its GPUs where it has some. */
  private uses() {
    const { instanceType } = this.props.settings;
    const gpus = gpusOf(instanceType);
    return [
      { high: 'endpoint-cpu-high', low: 'endpoint-cpu-low', count: virtualCpus(instanceType) },
      ...(gpus > 0 ? [{ high: 'endpoint-gpu-high', low: 'endpoint-gpu-low', count: gpus }] : []),
    ];
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
    target: CfnScalableTarget,
    kind: string,
    count: number,
    instances: 1 | -1,
    cooldown: number,
  ): void {
    const { endpointName, variantName, subject } = this.props;
    const dimensions = { EndpointName: endpointName, VariantName: variantName };
    scalingStep(this, kind, {
      ...{ target, instances, cooldown },
      policyName: `${subject}-${kind}`,
      alarm: { kind, subject, dimensions, count },
    });
  }
}
