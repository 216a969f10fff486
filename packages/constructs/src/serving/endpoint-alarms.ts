import { alarmsOf, type EndpointSettings } from '@wa-ml/config';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import { mainVariant } from './served-variants';

/** Whose alarms they are. */
export interface AlarmedVariant {
  readonly endpointName: string;
  /** @default 'AllTraffic' */
  readonly variantName?: string;
  readonly settings: Pick<EndpointSettings, 'type' | 'containers' | 'loadedModels'>;
  readonly topic: ITopic;
}

/** Before the names of a variant's alarms and policies: the endpoint's, and the variant's where it is the second. */
export function subjectOf(endpointName: string, variantName: string): string {
  return variantName === mainVariant
    ? endpointName
    : `${endpointName}-${variantName.toLowerCase()}`;
}

/** The alarms by which SageMaker takes a release back, as the table has them for the type of the endpoint. */
export function rollbackAlarms(scope: Construct, variant: AlarmedVariant): CataloguedAlarm[] {
  return alarmsOf(variant.settings.type)
    .filter((kind) => kind.rollsBack)
    .map((kind) => alarm(scope, kind.id, variant));
}

/** The alarms that tell people about an endpoint that runs; a second variant has none that watch the whole endpoint. */
export function standingAlarms(scope: Construct, variant: AlarmedVariant): CataloguedAlarm[] {
  const { variantName = mainVariant, settings } = variant;
  return alarmsOf(settings.type)
    .filter((kind) => !kind.rollsBack && kind.severity !== 'scaling')
    .flatMap(({ id, metric }) => {
      const dimensions: readonly string[] = metric.kind === 'metric' ? metric.dimensions : [];
      if (dimensions.includes('ContainerName'))
        return (settings.containers ?? []).map((container) => alarm(scope, id, variant, container));
      const isMine = dimensions.includes('VariantName') || variantName === mainVariant;
      return isMine ? [alarm(scope, id, variant)] : [];
    });
}

function alarm(
  scope: Construct,
  kind: string,
  { endpointName, variantName = mainVariant, settings, topic }: AlarmedVariant,
  container?: string,
): CataloguedAlarm {
  const prefix = variantName === mainVariant ? '' : `${variantName}-`;
  const suffix = container === undefined ? '' : `-${container}`;
  return new CataloguedAlarm(scope, `${prefix}${kind}${suffix}`, {
    kind,
    subject: `${subjectOf(endpointName, variantName)}${suffix}`,
    dimensions: {
      EndpointName: endpointName,
      VariantName: variantName,
      ...(container === undefined ? {} : { ContainerName: container }),
    },
    topic,
    ...(settings.loadedModels === undefined ? {} : { count: settings.loadedModels }),
  });
}
