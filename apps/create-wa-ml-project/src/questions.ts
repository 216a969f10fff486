import {
  configurationSchema,
  defaultRollout,
  environmentSchema,
  endpointSchema,
  modelSchema,
  isNetwork,
  refusedPair,
  trainingSchema,
  whyNotServed,
  type EndpointType,
} from '@wa-ml/config';
import {
  offeredEnvironmentNames,
  offeredEnvironments,
  type OfferedEnvironment,
} from '@wa-ml/project';
import type { Choices } from './choices';
import { explainTier, explanations } from './explanations';

export interface Option {
  readonly value: string;
  /** What it means, what it costs, and which policy comes with it. */
  readonly explanation: string;
}

interface Common {
  readonly id: keyof Choices;
  /** In the summary. */
  readonly label: string;
  readonly message: string;
  /** The schema's own description of what is asked. */
  readonly description: string | undefined;
  /** Whether it matters, given the other choices. Default: always. */
  readonly matters?: (choices: Choices) => boolean;
  /** The choice as people read it. */
  shown(choices: Choices): string;
}
export interface TextQuestion extends Common {
  readonly kind: 'text';
  change(value: string): Partial<Choices>;
}
export interface OneQuestion extends Common {
  readonly kind: 'one';
  readonly options: readonly Option[];
  /** Whether a choice is on offer, given the other ones. Default: always. */
  readonly offers?: (value: string, choices: Choices) => boolean;
  /** What else an answer changes. Default: nothing. */
  readonly also?: (value: string, choices: Choices) => Partial<Choices>;
}
export interface ManyQuestion extends Common {
  readonly kind: 'many';
  readonly options: readonly Option[];
}
export interface DataQuestion extends Common {
  readonly kind: 'data';
}
export type Question = TextQuestion | OneQuestion | ManyQuestion | DataQuestion;

type TextId = 'directory' | 'owner' | 'region' | 'devAccount' | 'stagingAccount' | 'prodAccount';

function text(
  id: TextId,
  label: string,
  message: string,
  description: string | undefined,
): TextQuestion {
  return {
    kind: 'text',
    id,
    label,
    message,
    description,
    change: (value) => ({ [id]: value }),
    shown: (choices) => choices[id],
  };
}

function account(name: OfferedEnvironment): TextQuestion {
  const id = `${name}Account` as const;
  return {
    ...text(
      id,
      `Account of ${name}`,
      `Which AWS account is "${name}"?`,
      `${environmentSchema.shape.account.description} The one in grey belongs to nobody.`,
    ),
    matters: ({ environments }) => environments.includes(name),
  };
}

/** A question whose choices are those of an enum of the schema. */
function one<Id extends keyof typeof explanations>(
  id: Id,
  label: string,
  message: string,
  description: string | undefined,
  values: readonly (keyof (typeof explanations)[Id] & string)[],
): OneQuestion {
  const options = values.map((value) => ({
    value,
    explanation: (explanations[id] as Readonly<Record<string, string>>)[value]!,
  }));
  return { kind: 'one', id, label, message, description, options, shown: (choices) => choices[id] };
}

const { strategy, precision } = trainingSchema.shape;
const { rollout, type } = endpointSchema.shape;
const { flavour, data } = modelSchema.shape;

const trainsNetwork = (choices: Choices): boolean => isNetwork(choices.flavour);
/** A new repository trains on one CPU instance: what needs several, or a GPU, is written into wa-ml.json with it. */
const needsOtherInstances: readonly string[] = ['fsdp', 'fp16'];
const fitsFirstInstance = (value: string) => !needsOtherInstances.includes(value);
/** Containers of one's own, and a rollout that production refuses, are written into wa-ml.json with what they need. */
const needsMore: readonly string[] = ['inferencePipeline', 'rolling'];
const needsNothing = (value: string) => !needsMore.includes(value);
const rolloutsOnOffer = rollout.unwrap().options.filter(needsNothing);
const hasRollout = (endpoint: EndpointType, value: string) =>
  rolloutsOnOffer.some((one) => one === value && !refusedPair(endpoint, one));

/** Everything that is asked, in this order. The schema of wa-ml.json says what may be chosen and what it is. */
export const questions: readonly Question[] = [
  text(
    'directory',
    'Folder',
    'Where shall the repository be?',
    `Its last part is the name. ${configurationSchema.shape.name.description}`,
  ),
  text('owner', 'Owner', 'Who is responsible?', configurationSchema.shape.owner.description),
  text(
    'region',
    'Region',
    'Where shall it run?',
    `${environmentSchema.shape.region.description} Data and compute stay in it.`,
  ),
  {
    kind: 'many',
    id: 'environments',
    label: 'Environments',
    message: 'Which environments?',
    description: configurationSchema.shape.environments.description,
    options: offeredEnvironmentNames.map((name) => ({
      value: name,
      explanation: `${offeredEnvironments[name]}, ${explainTier(offeredEnvironments[name])}`,
    })),
    shown: ({ environments }) =>
      offeredEnvironmentNames.filter((name) => environments.includes(name)).join(', '),
  },
  ...offeredEnvironmentNames.map(account),
  {
    ...text(
      'directory',
      'Model',
      'What is the first model called?',
      configurationSchema.shape.models.valueType.description,
    ),
    id: 'models',
    change: (value) => ({ models: [value] }),
    shown: ({ models }) => models.join(', '),
  },
  one('flavour', 'Flavour', 'What is it made of?', flavour.description, flavour.options),
  {
    kind: 'data',
    id: 'data',
    label: 'Data',
    message: 'What does it learn from?',
    description: data.unwrap().description,
    shown: (choices) =>
      choices.data
        ? `${choices.data.written.file}, predicts ${choices.data.written.target} (${choices.data.schema.task})`
        : 'a sample dataset',
  },
  {
    ...one(
      'strategy',
      'Strategy',
      'How is the training spread?',
      strategy.description,
      strategy.unwrap().options.filter(fitsFirstInstance),
    ),
    matters: trainsNetwork,
  },
  {
    ...one(
      'precision',
      'Precision',
      'How precise is the training?',
      precision.description,
      precision.unwrap().options.filter(fitsFirstInstance),
    ),
    matters: trainsNetwork,
  },
  {
    ...one(
      'endpoint',
      'Endpoint',
      'How is it served?',
      type.description,
      type.unwrap().options.filter(needsNothing),
    ),
    offers: (value: string, choices: Choices) =>
      whyNotServed(choices.flavour, value as EndpointType) === undefined,
    also: (value: string, { rollout: chosen }: Choices) => {
      const endpoint = value as EndpointType;
      return hasRollout(endpoint, chosen) ? {} : { rollout: defaultRollout(endpoint) };
    },
  },
  {
    ...one(
      'rollout',
      'Rollout',
      'How does a new version go live?',
      rollout.description,
      rolloutsOnOffer,
    ),
    offers: (value: string, { endpoint }: Choices) => hasRollout(endpoint, value),
    matters: ({ endpoint }: Choices) =>
      rolloutsOnOffer.filter((value) => hasRollout(endpoint, value)).length > 1,
  },
];

/** The questions that matter for these choices. */
export const questionsFor = (choices: Choices): readonly Question[] =>
  questions.filter(({ matters }) => matters?.(choices) ?? true);
