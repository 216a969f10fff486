import type { Configuration, Tier } from '@wa-ml/config';
import { withModel } from './edit-configuration';

type WrittenModel = Configuration['models'][string];

/** The environments that `create` offers, with their tiers, in the order of promotion. */
export const offeredEnvironments = {
  dev: 'development',
  staging: 'staging',
  prod: 'production',
} as const satisfies Record<string, Tier>;
export type OfferedEnvironment = keyof typeof offeredEnvironments;
export const offeredEnvironmentNames = Object.keys(offeredEnvironments) as OfferedEnvironment[];

/** What `create` asks; every answer has a default and a flag of the same name. */
export interface Answers {
  readonly name: string;
  readonly owner: string;
  readonly region: string;
  /** Written in the order of promotion, whatever their order here. */
  readonly environments: readonly OfferedEnvironment[];
  readonly devAccount: string;
  readonly stagingAccount: string;
  readonly prodAccount: string;
  readonly models: Readonly<Record<string, WrittenModel>>;
}

/** The account ids are those that AWS's own documentation uses for examples: they belong to nobody. */
export const defaultAnswers: Answers = {
  name: 'acme-ml',
  owner: 'ml-platform@acme.example',
  region: 'eu-west-1',
  environments: offeredEnvironmentNames,
  devAccount: '111111111111',
  stagingAccount: '222222222222',
  prodAccount: '333333333333',
  models: { diagnosis: { flavour: 'pytorch-tabular' } },
};

/** The text of wa-ml.json for some answers; it is checked like any other when it is read. */
export function configurationText(answers: Answers): string {
  const { region } = answers;
  const accounts: Record<OfferedEnvironment, string> = {
    dev: answers.devAccount,
    staging: answers.stagingAccount,
    prod: answers.prodAccount,
  };
  const text = `${JSON.stringify(
    {
      $schema: './node_modules/@wa-ml/config/wa-ml.schema.json',
      name: answers.name,
      owner: answers.owner,
      environments: Object.fromEntries(
        offeredEnvironmentNames
          .filter((name) => answers.environments.includes(name))
          .map((name) => [
            name,
            { tier: offeredEnvironments[name], account: accounts[name], region },
          ]),
      ),
      models: {},
    },
    undefined,
    2,
  )}\n`;
  return Object.entries(answers.models).reduce(
    (soFar, [name, model]) => withModel(soFar, name, model),
    text,
  );
}
