import type { EndpointSettings } from '@wa-ml/config';
import { CfnEndpointConfig, type CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledgeInPacks } from '../foundation/acknowledge-in-packs';
import { acknowledgeLocalStorage, hasLocalStorage } from '../foundation/local-storage';
import type { ServedVariant } from './served-variants';

export interface EndpointConfigProps {
  readonly settings: EndpointSettings;
  readonly variants: readonly { readonly variant: ServedVariant; readonly model: CfnModel }[];
  readonly key: IKey;
  /** @default - the endpoint answers at once */
  readonly asynchronous?: CfnEndpointConfig.AsyncInferenceConfigProperty;
}

/** The configuration of an endpoint. It has no name: CloudFormation replaces it with every release. */
export function endpointConfig(
  scope: Construct,
  id: string,
  { settings, variants, key, asynchronous }: EndpointConfigProps,
): CfnEndpointConfig {
  const serverless = settings.serverless;
  const written = (shadow: boolean) =>
    variants
      .filter(({ variant }) => variant.isShadow === shadow)
      .map(({ variant, model }) => ({
        variantName: variant.name,
        modelName: model.attrModelName,
        initialVariantWeight: variant.weight,
        ...(serverless ? { serverlessConfig: inMegabytes(serverless) } : onInstances(settings)),
      }));
  const shadows = written(true);
  const config = new CfnEndpointConfig(scope, id, {
    // Local disks are encrypted by the hardware, and SageMaker refuses a key for them (SEC-1).
    ...(serverless || hasLocalStorage(settings.instanceType) ? {} : { kmsKeyId: key.keyArn }),
    productionVariants: written(false),
    ...(shadows.length > 0 ? { shadowProductionVariants: shadows } : {}),
    ...(asynchronous ? { asyncInferenceConfig: asynchronous } : {}),
  });
  if (serverless)
    acknowledgeInPacks(
      config,
      'SageMakerEndpointConfigurationKMSKeyConfigured',
      'A serverless endpoint has no volume of its own that a key could be for.',
    );
  else acknowledgeLocalStorage(config, [settings.instanceType]);
  return config;
}

function inMegabytes({ memoryMb, ...concurrency }: NonNullable<EndpointSettings['serverless']>) {
  return { memorySizeInMb: memoryMb, ...concurrency };
}

/** An endpoint begins with an instance, also where scaling takes it to none afterwards. */
const onInstances = ({ instanceType, min }: EndpointSettings) => ({
  instanceType,
  initialInstanceCount: Math.max(1, min),
});
