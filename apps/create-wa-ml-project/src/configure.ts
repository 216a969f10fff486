import { readFileSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { endpointPairs, InputError, nearest } from '@wa-ml/config';
import {
  defaultAnswers,
  offeredEnvironmentNames,
  readPeopleData,
  type PeopleData,
} from '@wa-ml/project';
import { ask, type Given } from './ask';
import { defaultChoices, textOf, type Choices } from './choices';
import { usage, type Values } from './values';

/** What is to be created. */
export interface Order {
  readonly directory: string;
  /** Text of wa-ml.json. */
  readonly text: string;
  /** People's own data for the first model. */
  readonly data: PeopleData | undefined;
}

/** Takes the order from a file, from the flags, or from the person at the terminal. */
export async function configure(
  values: Values,
  name: string | undefined,
  signal: AbortSignal,
): Promise<Order> {
  const { config } = values;
  const asks =
    config === undefined &&
    !values.yes &&
    !values.json &&
    !process.env['CI'] && // some give their jobs a terminal, with nobody at it
    process.stdin.isTTY === true &&
    process.stdout.isTTY === true;
  const given = givenBy(values, name, asks);
  if (config !== undefined) {
    const written = await readText(config, signal);
    // An unreadable one is reported whole by the reader; the folder only needs a name until then.
    const directory = name ?? /"name"\s*:\s*"([^"]+)"/.exec(written)?.[1] ?? defaultAnswers.name;
    return { directory, text: written, data: given.data };
  }
  const choices: Choices = asks ? await ask(given, signal) : { ...defaultChoices, ...given };
  return { directory: choices.directory, text: textOf(choices), data: choices.data };
}

/** What the flags say. Words that the schema does not know are left to its reader, which says what it knows. */
function givenBy(values: Values, name: string | undefined, asks: boolean): Given {
  const given: Record<keyof Given, unknown> = {
    directory: name,
    owner: values.owner,
    region: values.region,
    environments: values.environment?.map(knownEnvironment),
    devAccount: values['dev-account'],
    stagingAccount: values['staging-account'],
    prodAccount: values['prod-account'],
    models: values.model,
    flavour: values.flavour,
    strategy: values.strategy,
    precision: values.precision,
    endpoint: values.endpoint,
    rollout: values.rollout,
    data: undefined,
    dataFile: undefined,
  };
  requirePair(given.endpoint, given.rollout);
  // In a terminal the target can still be chosen from the columns.
  if (values.data !== undefined && values.target === undefined && asks)
    given.dataFile = values.data;
  else if (values.data !== undefined) given.data = readPeopleData(values.data, values.target);
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The default rollout is left out of wa-ml.json, so that one which was asked for would be dropped in silence. */
function requirePair(endpoint: unknown, rollout: unknown): void {
  const pair = endpointPairs.find((one) => one.type === endpoint && one.rollout === rollout);
  if (!pair?.refused) return;
  throw usage(
    `--endpoint ${pair.type} has no --rollout ${pair.rollout}. ${pair.refused.why}`,
    `Say --rollout ${pair.refused.instead}, or leave it out.`,
  );
}

function knownEnvironment(name: string): string {
  if (offeredEnvironmentNames.some((known) => known === name)) return name;
  throw usage(
    `--environment ${name} is none of ${offeredEnvironmentNames.join(', ')}.`,
    `Say --environment ${nearest(name, offeredEnvironmentNames) ?? offeredEnvironmentNames[0]}; wa-ml.json can name others.`,
  );
}

async function readText(file: string, signal: AbortSignal): Promise<string> {
  try {
    return file === '-'
      ? await text(addAbortSignal(signal, process.stdin))
      : readFileSync(file, 'utf8');
  } catch (error) {
    signal.throwIfAborted();
    throw new InputError({
      code: 'CONFIG_UNREADABLE',
      what: `${file} cannot be read.`,
      why: `${(error as Error).message}.`,
      next: 'Give --config the path of a wa-ml.json.',
    });
  }
}
