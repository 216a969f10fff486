import type { EndpointSettings, ScheduledScaling } from '@wa-ml/config';
import { CfnScalableTarget } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';

export interface ScalableFleetProps {
  readonly endpoint: CfnEndpoint;
  readonly endpointName: string;
  readonly variantName: string;
  readonly dimension: 'DesiredInstanceCount' | 'DesiredProvisionedConcurrency';
  readonly min: number;
  readonly max: number;
  /** Changes of the range at known times. @default [] */
  readonly scheduled?: readonly ScheduledScaling[];
  /** IANA time zone of `scheduled`. */
  readonly timeZone: string;
}

/** A variant as Application Auto Scaling knows it, with the range of its fleet. */
export function scalableFleet(
  scope: Construct,
  id: string,
  props: ScalableFleetProps,
): CfnScalableTarget {
  const { scheduled = [] } = props;
  const target = new CfnScalableTarget(scope, id, {
    serviceNamespace: 'sagemaker',
    scalableDimension: `sagemaker:variant:${props.dimension}`,
    resourceId: `endpoint/${props.endpointName}/variant/${props.variantName}`,
    minCapacity: props.min,
    maxCapacity: props.max,
    ...(scheduled.length === 0
      ? {}
      : {
          scheduledActions: scheduled.map(({ at, min, max }, index) => ({
            scheduledActionName: `${props.endpointName}-${index + 1}`,
            schedule: at,
            timezone: props.timeZone,
            scalableTargetAction: { minCapacity: min, maxCapacity: max },
          })),
        }),
  });
  target.addResourceDependency(props.endpoint);
  return target;
}

/** What every fleet is that its endpoint's settings size. */
export type InstanceFleetProps = Pick<
  ScalableFleetProps,
  'endpoint' | 'endpointName' | 'variantName' | 'timeZone'
> & { readonly settings: EndpointSettings };

/** The instances of a variant, from `endpoint.min` to `endpoint.max`. */
export function scalableInstances(
  scope: Construct,
  id: string,
  { settings, ...props }: InstanceFleetProps,
): CfnScalableTarget {
  return scalableFleet(scope, id, {
    ...props,
    dimension: 'DesiredInstanceCount',
    min: settings.min,
    max: settings.max,
    scheduled: settings.scheduledScaling,
  });
}
