import type { MlRule } from '../../ml-rule';
import { at, numberAt, textAt, type Json } from '../../reading';

/** Per cent of the capacity. Source: CreateEndpoint API reference (TrafficRoutingConfig, RollingUpdatePolicy). */
const shares = { CANARY: [1, 50], LINEAR: [10, 50], ROLLING: [5, 50] } as const;
/** Seconds. Source: the same. */
const waits = [0, 3600] as const;
const timeouts = [600, 28_800] as const;

export const endpointRolloutLimits: MlRule = {
  id: 'endpoint-rollout-limits',
  policy: 'REL-2',
  resources: ['AWS::SageMaker::Endpoint'],
  what: 'SageMaker refuses this rollout when it is deployed.',
  why: 'Canary up to 50 %, linear 10 to 50 %, rolling 5 to 50 %; waits up to 3600 s, a timeout of 600 to 28800 s that is longer than the waits; one policy, not two.',
  check({ properties }) {
    const blueGreen = at(properties, 'DeploymentConfig', 'BlueGreenUpdatePolicy');
    const rolling = at(properties, 'DeploymentConfig', 'RollingUpdatePolicy');
    if (blueGreen !== undefined && rolling !== undefined) return ['two policies'];
    return [...blueGreenProblems(blueGreen), ...rollingProblems(rolling)];
  },
};

function blueGreenProblems(policy: Json): string[] {
  if (policy === undefined) return [];
  const routing = at(policy, 'TrafficRoutingConfiguration');
  const type = textAt(routing, 'Type');
  const wait = numberAt(routing, 'WaitIntervalInSeconds') ?? 0;
  const termination = numberAt(policy, 'TerminationWaitInSeconds') ?? 0;
  const size = { CANARY: 'CanarySize', LINEAR: 'LinearStepSize' }[type];
  const steps = type === 'LINEAR' ? Math.ceil(100 / (share(routing, 'LinearStepSize') ?? 50)) : 1;
  return [
    ...(size && !isShare(routing, size, shares[type as 'CANARY' | 'LINEAR']) ? [size] : []),
    ...(within(wait, waits) ? [] : ['WaitIntervalInSeconds']),
    ...(within(termination, waits) ? [] : ['TerminationWaitInSeconds']),
    ...timeoutProblem(policy, steps * wait + termination),
  ];
}

function rollingProblems(policy: Json): string[] {
  if (policy === undefined) return [];
  const wait = numberAt(policy, 'WaitIntervalInSeconds') ?? 0;
  return [
    ...(isShare(policy, 'MaximumBatchSize', shares.ROLLING) ? [] : ['MaximumBatchSize']),
    ...(within(wait, waits) ? [] : ['WaitIntervalInSeconds']),
    ...timeoutProblem(policy, wait),
  ];
}

function timeoutProblem(policy: Json, waiting: number): string[] {
  if (at(policy, 'MaximumExecutionTimeoutInSeconds') === undefined) return [];
  const timeout = numberAt(policy, 'MaximumExecutionTimeoutInSeconds');
  const fits = timeout !== undefined && within(timeout, timeouts) && timeout > waiting;
  return fits ? [] : ['MaximumExecutionTimeoutInSeconds'];
}

/** Per cent; undefined where whole instances are counted, whose limit depends on the fleet. */
const share = (value: Json, name: string): number | undefined =>
  textAt(value, name, 'Type') === 'CAPACITY_PERCENT' ? numberAt(value, name, 'Value') : undefined;

function isShare(value: Json, name: string, limits: readonly [number, number]): boolean {
  if (textAt(value, name, 'Type') === 'INSTANCE_COUNT') return true;
  const percent = share(value, name);
  return percent !== undefined && within(percent, limits);
}

const within = (value: number, [min, max]: readonly [number, number]): boolean =>
  value >= min && value <= max;
