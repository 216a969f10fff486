import { basename } from 'node:path';
import * as clack from '@clack/prompts';
import { flavours, limits } from '@wa-ml/config';
import type { Answers } from '@wa-ml/project';

/** The person pressed Ctrl-C: nothing was written. */
export class Cancelled extends Error {}

/** Asks for what the flags did not say. @throws Cancelled */
export async function ask(
  given: Partial<Answers>,
  defaults: Answers,
  directory: string | undefined,
): Promise<{ directory: string; answers: Answers }> {
  clack.intro('create-wa-ml-project');
  const place = directory ?? (await text('Where shall the repository be?', `./${defaults.name}`));
  const name = given.name ?? basename(place);
  const owner =
    given.owner ??
    (await text('Who is notified of alarms and budgets? (e-mail)', defaults.owner, (value) =>
      value.includes('@') ? undefined : 'An e-mail address, please.',
    ));
  const region =
    given.region ??
    (await text(
      'AWS region? (data and compute stay in it)',
      defaults.region,
      matches(limits.region, 'A region, e.g. eu-west-1.'),
    ));
  const account = async (environment: string, value: string | undefined, fallback: string) =>
    value ??
    (await text(
      `AWS account of ${environment}? (12 digits; the default belongs to nobody)`,
      fallback,
      matches(limits.accountId, '12 digits.'),
    ));
  const devAccount = await account('dev, $100 a month', given.devAccount, defaults.devAccount);
  const stagingAccount = await account(
    'staging, $500 a month',
    given.stagingAccount,
    defaults.stagingAccount,
  );
  const prodAccount = await account(
    'prod, at least two instances',
    given.prodAccount,
    defaults.prodAccount,
  );
  const models = given.models ?? (await askModel(defaults));
  return {
    directory: place,
    answers: { name, owner, region, devAccount, stagingAccount, prodAccount, models },
  };
}

async function askModel(defaults: Answers): Promise<Answers['models']> {
  const name = await text(
    'Name of the first model?',
    Object.keys(defaults.models)[0]!,
    matches(limits.namePart.pattern, 'Lower-case letters, digits and single hyphens.'),
  );
  const flavour = await clack.select({
    message: 'What is it made of?',
    options: flavours.map((value) => ({ value, label: value })),
  });
  if (clack.isCancel(flavour)) throw new Cancelled();
  return { [name]: { flavour } };
}

function matches(pattern: RegExp, otherwise: string): (value: string) => string | undefined {
  return (value) => (pattern.test(value) ? undefined : otherwise);
}

async function text(
  message: string,
  initial: string,
  validate?: (value: string) => string | undefined,
): Promise<string> {
  const answer = await clack.text({
    message,
    placeholder: initial,
    defaultValue: initial,
    validate: (value) => (value && validate ? validate(value) : undefined),
  });
  if (clack.isCancel(answer)) throw new Cancelled();
  return answer;
}
