import type { EndpointSettings } from '@wa-ml/config';
import type { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { BacklogScaling } from './backlog-scaling';
import { ConcurrencyScaling } from './concurrency-scaling';
import { subjectOf } from './endpoint-alarms';
import { EndpointScaling } from './endpoint-scaling';
import type { ServedVariant } from './served-variants';

export interface VariantScalingProps {
  readonly endpoint: CfnEndpoint;
  readonly endpointName: string;
  readonly settings: EndpointSettings;
  readonly variant: ServedVariant;
  readonly timeZone: string;
}

/** The scaling that fits the type of an endpoint: by requests and use, by its queue, or by its warm capacity. */
export function variantScaling(
  scope: Construct,
  { endpoint, endpointName, settings, variant, timeZone }: VariantScalingProps,
): Construct[] {
  const { serverless, type } = settings;
  const id = `${variant.prefix}Scaling`;
  const common = { endpoint, endpointName, variantName: variant.name, timeZone };
  if (serverless) {
    // Without warm capacity SageMaker scales by itself, and where all of it is warm there is no room to.
    const { provisionedConcurrency: warm = serverless.maxConcurrency, maxConcurrency } = serverless;
    return warm < maxConcurrency
      ? [new ConcurrencyScaling(scope, id, { ...common, serverless })]
      : [];
  }
  if (type === 'asynchronous') return [new BacklogScaling(scope, id, { ...common, settings })];
  const subject = subjectOf(endpointName, variant.name);
  const { release } = variant;
  return [new EndpointScaling(scope, id, { ...common, subject, settings, release })];
}
