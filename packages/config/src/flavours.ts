import type { EndpointType } from './endpoint-types';

/** Model flavours: what a model is made of and how it is seeded. */
export const flavours = [
  'pytorch-tabular',
  'pytorch-image',
  'transformer-text',
  'xgboost',
  'sklearn',
  'custom',
] as const;
export type Flavour = (typeof flavours)[number];

/** What rules, defaults and the infrastructure ask of a flavour. */
export interface FlavourTraits {
  /**
   * A network is trained by our PyTorch loop, in as many processes as there are; an estimator by its library, in one;
   * a program is people's own, in any language, behind SageMaker's contract: it trains and serves itself.
   */
  readonly trainedBy: 'network' | 'estimator' | 'program';
  /** Whether its rows are those of a table, which the data pipeline writes. */
  readonly readsTables: boolean;
}

export const flavourTraits: Readonly<Record<Flavour, FlavourTraits>> = {
  'pytorch-tabular': { trainedBy: 'network', readsTables: true },
  'pytorch-image': { trainedBy: 'network', readsTables: false },
  'transformer-text': { trainedBy: 'network', readsTables: false },
  xgboost: { trainedBy: 'estimator', readsTables: true },
  sklearn: { trainedBy: 'estimator', readsTables: true },
  custom: { trainedBy: 'program', readsTables: true },
};

/** Whether it is a network of PyTorch, which our loop trains. */
export const isNetwork = (flavour: Flavour): boolean =>
  flavourTraits[flavour].trainedBy === 'network';
/** Whether people's own program trains and serves it: nothing of our training loop or our server is in it. */
export const isProgram = (flavour: Flavour): boolean =>
  flavourTraits[flavour].trainedBy === 'program';

/** Types of endpoints that ask more of a container than /ping and /invocations with JSON, with what. */
const beyondTheContract: Partial<Record<EndpointType, string>> = {
  multiModel: 'SageMaker asks such a container to load and unload models, which our server can.',
  batchTransform: 'The batch job sends lines of CSV and reads CSV, which our server can.',
};

/** Why a model of this flavour cannot be served as this type; undefined where it can. */
export const whyNotServed = (flavour: Flavour, type: EndpointType): string | undefined =>
  isProgram(flavour) ? beyondTheContract[type] : undefined;
