import {
  auditRetentionDays,
  defaultBudgetUsd,
  defaultEndpointInstanceType,
  effectiveRollout,
  endpointTraits,
  endpointTypes,
  highAvailabilityInstances,
  needsHighAvailability,
  type EndpointType,
  type Flavour,
  type Precision,
  type Rollout,
  type Strategy,
  type Tier,
} from '@wa-ml/config';

/** What a tier costs and asks for, from the policies that the infrastructure is made from. */
export function explainTier(tier: Tier): string {
  const least = needsHighAvailability({ tier, critical: false }) ? highAvailabilityInstances : 1;
  return [
    `$${defaultBudgetUsd[tier]} a month`,
    `${least === 1 ? '1 instance' : `${least} instances`} of ${defaultEndpointInstanceType[tier]} or more`,
    `audit records kept ${auditRetentionDays(tier)} days`,
  ].join(', ');
}

/** What each choice means and costs; the compiler holds that none of the schema's is left out. */
export const explanations: {
  readonly flavour: Readonly<Record<Flavour, string>>;
  readonly strategy: Readonly<Record<Strategy, string>>;
  readonly precision: Readonly<Record<Precision, string>>;
  readonly endpoint: Readonly<Record<EndpointType, string>>;
  readonly rollout: Readonly<Record<Rollout, string>>;
} = {
  flavour: {
    'pytorch-tabular':
      'a PyTorch network for tables, served by ONNX Runtime; CPU instances are enough',
    'pytorch-image': 'a small convolutional network for images, trained from scratch',
    'transformer-text': 'a small transformer that classifies texts, trained from scratch; no hub',
    xgboost: 'boosted trees for tables; trains without PyTorch, on one host',
    sklearn: 'a scikit-learn pipeline for tables, kept as ONNX; trains in seconds, on one host',
    custom:
      'your own containers, in any language, behind the same contract; without ONNX, search and cache',
  },
  strategy: {
    single: 'one process on one host; nothing to coordinate',
    ddp: 'torchrun and DistributedDataParallel; billed per host, one host unless you ask for more',
    fsdp: 'each GPU or host holds a part of the model; for models too large for one, needs two or more',
  },
  precision: {
    fp32: 'full precision everywhere; the reference',
    bf16: 'matrix products in bfloat16; less memory and time on recent GPUs',
    fp16: 'matrix products in float16, with a scaled loss; for GPUs older than Ampere, such as g4dn',
  },
  endpoint: Object.fromEntries(
    endpointTypes.map((type) => [type, endpointTraits[type].about]),
  ) as Record<EndpointType, string>,
  rollout: {
    'all-at-once': 'all traffic in one step; a bad version reaches everybody until an alarm',
    canary: explainCanary(),
    linear: explainLinear(),
    rolling:
      'a part of the instances at a time, without a second fleet; too slow to go back for production',
    ab: 'two models share the traffic until one wins; two fleets are billed for as long',
    shadow:
      'a second model gets copies of the traffic and answers nobody; two fleets are billed for as long',
  },
};

function explainCanary(): string {
  const shift = effectiveRollout({ rollout: 'canary', min: highAvailabilityInstances });
  if (shift.type !== 'canary') return 'part of the traffic first';
  return `${shift.canaryPercent} % of production's traffic for ${shift.waitSeconds / 60} minutes first; both fleets are billed meanwhile, and alarms roll back`;
}

function explainLinear(): string {
  const shift = effectiveRollout({ rollout: 'linear', min: highAvailabilityInstances });
  if (shift.type !== 'linear') return 'the traffic in steps';
  return `${shift.stepPercent} % of production's traffic more every ${shift.waitSeconds / 60} minutes; both fleets are billed meanwhile, and alarms roll back`;
}
