import {
  paginateListServiceQuotas,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import {
  endpointTraits,
  type Capacity,
  type NormalisedConfiguration,
  type NormalisedEnvironment,
} from '@wa-ml/config';

/** A quota of SageMaker that the configuration needs. */
export interface QuotaNeed {
  /** As Service Quotas calls it, e.g. `ml.g5.xlarge for spot training job usage`. */
  readonly name: string;
  /** Instances at the same time. */
  readonly needed: number;
  /** Settings that need it. */
  readonly for: readonly string[];
}

export interface QuotaFinding extends QuotaNeed {
  /** What the account has; undefined where Service Quotas does not know the name. */
  readonly has?: number;
  readonly quotaCode?: string;
  readonly enough: boolean;
}

const trainingQuota: Readonly<Record<Capacity, string>> = {
  spot: 'spot training job usage',
  warmPool: 'training warm pool usage',
  onDemand: 'training job usage',
};

/**
 * Instances that the models of an environment need at the same time. Many of these quotas are 0 in a new account
 * (GPUs, Trainium, warm pools), and SageMaker says so only when the endpoint or the job starts.
 */
export function quotaNeeds(
  configuration: NormalisedConfiguration,
  environment: NormalisedEnvironment,
): QuotaNeed[] {
  const needs = new Map<string, { needed: number; for: string[] }>();
  const need = (name: string, count: number, setting: string): void => {
    const known = needs.get(name) ?? { needed: 0, for: [] };
    needs.set(name, { needed: known.needed + count, for: [...known.for, setting] });
  };
  for (const model of Object.values(configuration.models)) {
    const { endpoint, training } = model.in[environment.name]!;
    const { hasInstances, isEndpoint } = endpointTraits[endpoint.type];
    const fewest = Math.max(1, endpoint.min); // an endpoint that goes down to none begins with one
    // A new version runs beside the old one until it has all of the traffic.
    if (hasInstances)
      need(
        `${endpoint.instanceType} for ${isEndpoint ? 'endpoint' : 'transform job'} usage`,
        isEndpoint ? 2 * fewest : fewest,
        `models.${model.name}.endpoint`,
      );
    if (environment.name !== configuration.trainingEnvironment) continue;
    const setting = `models.${model.name}.training`;
    const jobs = model.tuning?.maxParallelJobs ?? 1;
    const { capacity, instanceType, instances } = training;
    need(`${instanceType} for ${trainingQuota[capacity]}`, instances * jobs, setting);
    // A warm pool counts for both quotas.
    if (capacity === 'warmPool')
      need(`${instanceType} for ${trainingQuota.onDemand}`, instances * jobs, setting);
  }
  return [...needs].map(([name, rest]) => ({ name, ...rest }));
}

/** Compares what is needed with the account's quotas. */
export async function checkQuotas(
  client: ServiceQuotasClient,
  needs: readonly QuotaNeed[],
): Promise<QuotaFinding[]> {
  const quotas = new Map<string, { value: number; code: string }>();
  const pages = paginateListServiceQuotas({ client, pageSize: 100 }, { ServiceCode: 'sagemaker' });
  for await (const { Quotas = [] } of pages)
    for (const { QuotaName, QuotaCode, Value } of Quotas)
      if (QuotaName !== undefined)
        quotas.set(QuotaName, { value: Value ?? 0, code: QuotaCode ?? '' });
  return needs.map((need) => {
    const found = quotas.get(need.name);
    return {
      ...need,
      ...(found ? { has: found.value, quotaCode: found.code } : {}),
      // A name that Service Quotas does not know cannot be raised either: it is no reason to stop.
      enough: !found || found.value >= need.needed,
    };
  });
}
