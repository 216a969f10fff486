import type { EndpointSettings } from '@wa-ml/config';
import type { CfnEndpointProps } from 'aws-cdk-lib/aws-sagemaker';
import { deploymentConfig } from './deployment-config';

type Update = Pick<
  CfnEndpointProps,
  'deploymentConfig' | 'retainAllVariantProperties' | 'excludeRetainedVariantProperties'
>;

/**
 * How the next release comes, and what it keeps of the one before.
 * @param alarmNames the alarms that take it back
 */
export function endpointUpdate(settings: EndpointSettings, alarmNames: readonly string[]): Update {
  const kept = { retainAllVariantProperties: true }; // a release must not undo what scaling has done
  if (settings.serverless) return kept; // SageMaker has no guardrails there
  const excluded = [
    // The weights are the release's own.
    ...(settings.rollout === 'ab' || settings.rollout === 'shadow' ? ['DesiredWeight'] : []),
    // An idle fleet must start an instance, or nothing would try the new model.
    ...(settings.type === 'asynchronous' ? ['DesiredInstanceCount'] : []),
  ];
  return {
    deploymentConfig: deploymentConfig(settings, alarmNames),
    ...kept,
    ...(excluded.length > 0
      ? {
          excludeRetainedVariantProperties: excluded.map((variantPropertyType) => ({
            variantPropertyType,
          })),
        }
      : {}),
  };
}
