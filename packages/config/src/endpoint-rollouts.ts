import {
  endpointTraits,
  endpointTypes,
  rollouts,
  type EndpointType,
  type Rollout,
} from './endpoint-types';

/** Why a pair of endpoint type and rollout does not exist, and what to write instead. */
export interface RefusedPair {
  /** The limit and whose it is, one sentence. */
  readonly why: string;
  readonly instead: Rollout;
}

type Refusals = Readonly<Partial<Record<Rollout, RefusedPair>>>;

const shadowNeedsRealtime = (what: string): RefusedPair => ({
  why: `SageMaker takes no shadow tests with ${what} (limit: exactly one production and one shadow variant, each a single model on instances).`,
  instead: 'canary',
});

/** Without fleets there is nothing to shift traffic between. Source: "Deployment guardrails", SageMaker developer guide. */
const serverless = (why: string): RefusedPair => ({
  why: `Serverless inference ${why}`,
  instead: 'all-at-once',
});
const guardrails =
  'has no deployment guardrails: SageMaker falls back to all at once without saying so.';

const batch: RefusedPair = {
  why: 'Batch transform has no endpoint and no traffic: the next job takes the new model.',
  instead: 'all-at-once',
};

/**
 * The pairs that do not exist. All others do.
 * Source: SageMaker developer guide ("Exclusions" of deployment guardrails and of shadow tests, "Serverless
 * inference: feature exclusions", "Asynchronous inference: metrics"); where a reason is ours it says so.
 */
const refused: Readonly<Record<EndpointType, Refusals>> = {
  realtime: {},
  serverless: {
    canary: serverless(guardrails),
    linear: serverless(guardrails),
    rolling: serverless(guardrails),
    ab: serverless('takes one production variant.'),
    shadow: serverless('takes no shadow variant.'),
  },
  asynchronous: {
    ab: {
      why: 'InvokeEndpointAsync chooses no variant, and SageMaker counts the backlog of the endpoint, not of a variant: two fleets could neither be scaled nor compared.',
      instead: 'canary',
    },
    shadow: shadowNeedsRealtime('asynchronous inference'),
  },
  batchTransform: { canary: batch, linear: batch, rolling: batch, ab: batch, shadow: batch },
  inferencePipeline: { shadow: shadowNeedsRealtime('several containers') },
  multiModel: {
    ab: {
      why: 'Callers of a multi-model endpoint name the model (TargetModel): the two to compare are two keys of one fleet, not two fleets. This limit is ours.',
      instead: 'canary',
    },
    shadow: shadowNeedsRealtime('multi-model endpoints'),
  },
};

/** Why a pair does not exist; undefined where it does. */
export function refusedPair(type: EndpointType, rollout: Rollout): RefusedPair | undefined {
  return refused[type][rollout];
}

/** What a type rolls out by where nobody says anything: a canary where there can be one. */
export function defaultRollout(type: EndpointType): Rollout {
  return refusedPair(type, 'canary')?.instead ?? 'canary';
}

/** Every pair, in the order of the types and rollouts. */
export const endpointPairs: readonly {
  readonly type: EndpointType;
  readonly rollout: Rollout;
  readonly refused: RefusedPair | undefined;
}[] = endpointTypes.flatMap((type) =>
  rollouts.map((rollout) => ({ type, rollout, refused: refusedPair(type, rollout) })),
);

/** The table for people: which pairs exist, then why each other one does not. Markdown. */
export function endpointTable(): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row(['`endpoint.type`', ...rollouts.map((rollout) => `\`${rollout}\``)]),
    `|${'-|'.repeat(rollouts.length + 1)}`,
    ...endpointTypes.map((type) =>
      row([`\`${type}\``, ...rollouts.map((rollout) => (refusedPair(type, rollout) ? '' : 'yes'))]),
    ),
    '',
    ...endpointTypes.map((type) => `- \`${type}\`: ${endpointTraits[type].about}.`),
    '',
    '| not | because | write |',
    '|-|-|-|',
    ...endpointPairs.flatMap(({ type, rollout, refused: pair }) =>
      pair ? [row([`\`${type}\` with \`${rollout}\``, pair.why, `\`${pair.instead}\``])] : [],
    ),
    '',
  ].join('\n');
}
