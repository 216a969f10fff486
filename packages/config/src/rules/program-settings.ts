import { endpointTypes } from '../endpoint-types';
import { isProgram, whyNotServed } from '../flavours';
import type { Problem } from '../problems';
import type { Configuration } from '../schema';
import { everyEndpoint } from './every-endpoint';
import type { Rule } from './rule';

type Found = Omit<Problem, 'rule'>;
type WrittenModel = Configuration['models'][string];

/** Settings that only a part of ours reads, by group and name, with who would read them. */
const readByOurs: Readonly<Record<'training' | 'endpoint', Readonly<Record<string, string>>>> = {
  training: {
    strategy: 'Our training loop spreads its work over processes; this program trains by itself.',
    precision: 'Our training loop chooses the precision; this program has its own arithmetic.',
  },
  endpoint: {
    cache: 'Our server keeps the cache; this program answers by itself.',
    outOfRange: 'Our server checks the ranges of training; this program answers by itself.',
    humanReviewBelow: 'Our server marks predictions for review; this program answers by itself.',
  },
};
const wholeParts: Readonly<Record<'tuning' | 'optimise', string>> = {
  tuning: 'A search reads what our training prints and what our model.py declares.',
  optimise: 'Only ONNX models can be made smaller; what this program trains is its own.',
};

/** What means nothing, or is not possible, where people's own program trains and serves. */
export const programSettings: Rule = {
  id: 'program-settings',
  check: (configuration, written) => [
    ...Object.values(configuration.models)
      .filter(({ name, flavour }) => isProgram(flavour) && written.models[name] !== undefined)
      .flatMap(({ name, flavour }) => withoutReader(name, flavour, written.models[name]!)),
    ...everyEndpoint(configuration, written, ({ model, endpoint: { type }, at }) => {
      const { flavour } = configuration.models[model]!;
      const why = whyNotServed(flavour, type);
      if (why === undefined) return [];
      return [
        {
          path: at('type'),
          what: `The flavour ${flavour} cannot be served as ${type}.`,
          why,
          instead: endpointTypes
            .filter((other) => whyNotServed(flavour, other) === undefined)
            .map((other) => `"${other}"`)
            .join(', '),
        },
      ];
    }),
  ],
};

function withoutReader(name: string, flavour: string, written: WrittenModel): Found[] {
  const problem = (path: readonly string[], why: string): Found => ({
    path: ['models', name, ...path],
    what: `${path.at(-1)} is no setting of the flavour ${flavour}.`,
    why,
    instead:
      'nothing: take it out; what the program itself reads stands in training.hyperparameters',
  });
  const places: readonly [path: readonly string[], settings: WrittenModel | object][] = [
    [[], written],
    ...Object.entries(written.environments ?? {}).map(
      ([environment, settings]): [string[], object] => [['environments', environment], settings],
    ),
  ];
  return [
    ...Object.entries(wholeParts)
      .filter(([part]) => part in written)
      .map(([part, why]) => problem([part], why)),
    ...places.flatMap(([path, settings]) =>
      Object.entries(readByOurs).flatMap(([group, fields]) =>
        Object.entries(fields)
          .filter(([field]) => field in ((settings as Record<string, object>)[group] ?? {}))
          .map(([field, why]) => problem([...path, group, field], why)),
      ),
    ),
  ];
}
