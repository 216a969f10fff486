import { basename, resolve } from 'node:path';
import {
  ConfigurationError,
  readConfiguration,
  type Configuration,
  type EndpointType,
  type Flavour,
  type Precision,
  type Rollout,
  type Strategy,
} from '@wa-ml/config';
import {
  configurationText,
  DirectoryError,
  defaultAnswers,
  requireUsable,
  type Answers,
  type PeopleData,
} from '@wa-ml/project';

/** Everything that a person can choose, by flag or by answer. */
export interface Choices extends Pick<
  Answers,
  'owner' | 'region' | 'environments' | 'devAccount' | 'stagingAccount' | 'prodAccount'
> {
  /** Folder to create; its last part is the name of the repository. */
  readonly directory: string;
  /** Names of the models; all get the same settings. */
  readonly models: readonly string[];
  readonly flavour: Flavour;
  /** People's own data for the first model; without it, a sample dataset. */
  readonly data?: PeopleData | undefined;
  readonly strategy: Strategy;
  readonly precision: Precision;
  readonly endpoint: EndpointType;
  readonly rollout: Rollout;
}

type WrittenModel = Configuration['models'][string];

/** What a model gets where nobody says anything, as the configuration reader fills it. */
const settings = (() => {
  const { normalised } = readConfiguration(configurationText(defaultAnswers));
  return Object.values(Object.values(normalised.models)[0]!.in)[0]!;
})();

export const defaultChoices: Choices = {
  ...defaultAnswers,
  directory: defaultAnswers.name,
  models: Object.keys(defaultAnswers.models),
  flavour: Object.values(defaultAnswers.models)[0]!.flavour,
  strategy: settings.training.strategy,
  precision: settings.training.precision,
  endpoint: settings.endpoint.type,
  rollout: settings.endpoint.rollout,
};

/** The text of wa-ml.json for some choices; a default is left out of it. */
export function textOf(choices: Choices): string {
  return configurationText({
    ...choices,
    name: basename(resolve(choices.directory)),
    models: Object.fromEntries(
      choices.models.map((name, index) => [name, modelOf(choices, index === 0)]),
    ),
  });
}

function modelOf(choices: Choices, isFirst: boolean): WrittenModel {
  const training = {
    ...(choices.strategy === defaultChoices.strategy ? {} : { strategy: choices.strategy }),
    ...(choices.precision === defaultChoices.precision ? {} : { precision: choices.precision }),
  };
  const endpoint = {
    ...(choices.endpoint === defaultChoices.endpoint ? {} : { type: choices.endpoint }),
    ...(choices.rollout === defaultChoices.rollout ? {} : { rollout: choices.rollout }),
  };
  return {
    flavour: choices.flavour,
    ...(choices.data && isFirst ? { data: choices.data.written } : {}),
    ...(Object.keys(training).length ? { training } : {}),
    ...(Object.keys(endpoint).length ? { endpoint } : {}),
  };
}

/** Why these choices cannot be created, in a sentence or two, as whatever would refuse them says it. */
export function refusal(choices: Choices): string | undefined {
  try {
    readConfiguration(textOf(choices));
    requireUsable(resolve(choices.directory));
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError) {
      const { what, why } = error.problems[0]!;
      return `${what} ${why}`;
    }
    if (error instanceof DirectoryError) return `${error.what} ${error.why}`;
    throw error;
  }
}
