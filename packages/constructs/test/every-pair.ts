import {
  endpointPairs,
  type Configuration,
  type EndpointType,
  type Rollout,
  type WrittenEndpoint,
} from '@wa-ml/config';
import { example, inContainers, releaseIn, synthesiseExample } from './generated-infra';

/** Host names of the containers of the inference pipelines. */
export const containers = ['preprocess', 'model', 'postprocess'];

/** The pairs that exist. */
export const pairs = endpointPairs.filter(({ refused }) => refused === undefined);
export const nameOf = (type: EndpointType, rollout: Rollout): string =>
  `${type.toLowerCase()}-${rollout}`;

/** What a type needs beside its name, or is worth to be looked at with. */
const more: Readonly<Partial<Record<EndpointType, WrittenEndpoint>>> = {
  inferencePipeline: { containers },
  serverless: { memoryMb: 4096, maxConcurrency: 20, provisionedConcurrency: 2 },
  multiModel: { instanceType: 'ml.g5.xlarge' },
};

/** A model for every pair. Where the policies of production bind, a rolling update is refused: there it is a canary. */
export const everyPair: Configuration = {
  ...example,
  models: Object.fromEntries(
    pairs.map(({ type, rollout }) => [
      nameOf(type, rollout),
      {
        flavour: 'pytorch-tabular' as const,
        // Two instances can be rolled; the other pairs have what their tier gives them.
        endpoint: { type, rollout, ...more[type], ...(rollout === 'rolling' ? { min: 2 } : {}) },
        ...(rollout === 'rolling'
          ? { environments: { prod: { endpoint: { rollout: 'canary' as const } } } }
          : {}),
      },
    ]),
  ),
};

/** A release of every model, with the second model that its rollout wants. */
export function everyRelease(environment: string): object {
  return Object.assign(
    {},
    ...pairs.map(({ type, rollout }) => {
      const name = nameOf(type, rollout);
      const one = releaseIn(environment, name)[name]!;
      const release =
        type === 'inferencePipeline' ? { ...one, containers: inContainers(one, containers) } : one;
      return {
        [name]: {
          ...release,
          ...(rollout === 'ab' ? { challenger: { ...release, weight: 0.1 } } : {}),
          ...(rollout === 'shadow' ? { shadow: { ...release, weight: 0.5 } } : {}),
        },
      };
    }),
  );
}

/** All of them as the generated app has them. */
export const synthesiseEveryPair = (
  environments: readonly string[],
  builtinCloudFormationValidation = false,
) =>
  synthesiseExample({
    configuration: everyPair,
    releases: everyRelease,
    environments,
    app: { builtinCloudFormationValidation },
  });
