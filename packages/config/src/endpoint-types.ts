/** How a model is served, in SageMaker's words. */
export const endpointTypes = [
  'realtime',
  'serverless',
  'asynchronous',
  'batchTransform',
  'inferencePipeline',
  'multiModel',
] as const;
/** How a new version takes over. */
export const rollouts = ['all-at-once', 'canary', 'linear', 'rolling', 'ab', 'shadow'] as const;

export type EndpointType = (typeof endpointTypes)[number];
export type Rollout = (typeof rollouts)[number];

/** What follows from a type, whatever the rollout. */
export interface EndpointTraits {
  /** What it is, and what it costs. */
  readonly about: string;
  /** Whether there is an endpoint, with a name that callers use. */
  readonly isEndpoint: boolean;
  /** Whether it runs on instances that somebody chooses, or on capacity that SageMaker brings. */
  readonly hasInstances: boolean;
  /** Whether callers wait for the answer, so that every gap is an error (REL-3). */
  readonly answersAtOnce: boolean;
  /** Whether it costs while nobody calls: such an endpoint stops at night outside of production. */
  readonly paysWhenIdle: boolean;
}

export const endpointTraits: Readonly<Record<EndpointType, EndpointTraits>> = {
  realtime: {
    about: 'answers within 60 s, bodies up to 6 MB; billed by the instance and hour',
    isEndpoint: true,
    hasInstances: true,
    answersAtOnce: true,
    paysWhenIdle: true,
  },
  serverless: {
    about:
      'billed by the request; the first one after a pause waits for a cold start; no VPC, no GPU, no automatic rollback',
    isEndpoint: true,
    hasInstances: false,
    answersAtOnce: true,
    paysWhenIdle: false,
  },
  asynchronous: {
    about:
      'a queue for bodies up to 1 GB and answers within an hour, in S3; no instance, and no cost, while it is empty',
    isEndpoint: true,
    hasInstances: true,
    answersAtOnce: false,
    paysWhenIdle: false,
  },
  batchTransform: {
    about: 'no endpoint: a job answers all files of a prefix by schedule; billed while it runs',
    isEndpoint: false,
    hasInstances: true,
    answersAtOnce: false,
    paysWhenIdle: false,
  },
  inferencePipeline: {
    about: 'real-time, through 2 to 15 containers of one instance; billed by the instance and hour',
    isEndpoint: true,
    hasInstances: true,
    answersAtOnce: true,
    paysWhenIdle: true,
  },
  multiModel: {
    about:
      'real-time, many models of one framework on one fleet, each loaded when it is asked for; billed by the instance and hour',
    isEndpoint: true,
    hasInstances: true,
    answersAtOnce: true,
    paysWhenIdle: true,
  },
};

const onInstances = endpointTypes.filter((type) => endpointTraits[type].hasInstances);
const scaled = onInstances.filter((type) => endpointTraits[type].isEndpoint);

/** Settings that only some types have; every other setting of an endpoint is for all of them. */
export const settingsOfTypes: Readonly<Record<string, readonly EndpointType[]>> = {
  instanceType: onInstances,
  min: onInstances,
  max: scaled,
  scheduledScaling: scaled,
  memoryMb: ['serverless'],
  maxConcurrency: ['serverless'],
  provisionedConcurrency: ['serverless'],
  backlogPerInstance: ['asynchronous'],
  batchSchedule: ['batchTransform'],
  containers: ['inferencePipeline'],
  loadedModels: ['multiModel'],
};
