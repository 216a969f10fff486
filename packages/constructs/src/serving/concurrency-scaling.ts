import { reliability, type EndpointSettings } from '@wa-ml/config';
import { CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { scalableFleet } from './scalable-fleet';

export interface ConcurrencyScalingProps {
  readonly endpoint: CfnEndpoint;
  readonly endpointName: string;
  readonly variantName: string;
  /** With provisioned concurrency: without it SageMaker scales a serverless endpoint by itself. */
  readonly serverless: NonNullable<EndpointSettings['serverless']>;
  readonly timeZone: string;
}

const { targetShare, scaleOutCooldownSeconds, scaleInCooldownSeconds } = reliability.scaling;

/** Scaling of the warm part of a serverless endpoint: 70 % of it in use (REL-4), from one to `maxConcurrency`. */
export class ConcurrencyScaling extends Construct {
  constructor(scope: Construct, id: string, props: ConcurrencyScalingProps) {
    super(scope, id);
    const { endpointName, serverless } = props;
    const target = scalableFleet(this, 'Target', {
      ...props,
      dimension: 'DesiredProvisionedConcurrency',
      min: serverless.provisionedConcurrency ?? 1,
      max: serverless.maxConcurrency,
    });
    new CfnScalingPolicy(this, 'Use', {
      policyName: `${endpointName}-use`,
      policyType: 'TargetTrackingScaling',
      scalingTargetId: target.ref,
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: {
          predefinedMetricType: 'SageMakerVariantProvisionedConcurrencyUtilization',
        },
        targetValue: targetShare,
        scaleOutCooldown: scaleOutCooldownSeconds,
        scaleInCooldown: scaleInCooldownSeconds,
      },
    });
  }
}
