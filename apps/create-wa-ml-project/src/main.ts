import { readFileSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { versions, type Reconciliation } from '@wa-ml/blueprint';
import { InputError, nearest, readConfiguration, WaMlError } from '@wa-ml/config';
import {
  commitFirst,
  configurationText,
  createRepository,
  defaultAnswers,
  installDependencies,
  lockPythonPackages,
  printError,
  readPeopleData,
  type Answers,
  type PeopleData,
} from '@wa-ml/project';
import { ask, Cancelled } from './ask';
import { helpText, options, parseOptions } from './options';
import { startProgress } from './progress';

type Values = ReturnType<typeof parse>['values'];

/** Runs `create-wa-ml-project`. @returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  try {
    const { values, positionals } = parse(args);
    if (values['help']) return print(helpText());
    if (values['version']) return print(`${versions.waMl}\n`);
    if (positionals.length > 1)
      throw usage(
        `There is one name, not ${positionals.length}: ${positionals.join(', ')}.`,
        'Put the options behind it.',
      );
    return await create(values, positionals[0], json);
  } catch (error) {
    if (error instanceof Cancelled) {
      process.stderr.write('Cancelled: nothing was written.\n');
      return 130;
    }
    return printError(error, json);
  }
}

async function create(values: Values, name: string | undefined, json: boolean): Promise<number> {
  const data =
    values['data'] === undefined
      ? undefined
      : readPeopleData(String(values['data']), optional(values['target']));
  const { directory, text } = await configure(values, name, data);
  const first = Object.keys(readConfiguration(text).normalised.models)[0];
  const progress = startProgress(!json);
  progress.step('Writing files');
  const outcome = createRepository({
    directory,
    configurationText: text,
    packages: optional(values['packages']),
    dryRun: values['dry-run'] === true,
    ...(data && first ? { data: { [first]: data } } : {}),
  });
  const root = resolve(directory);
  let unlocked: WaMlError | undefined;
  if (!values['dry-run']) {
    if (values['install'] !== false) {
      progress.step('Installing packages');
      installDependencies(root, outcome, !json && process.stdout.isTTY);
      progress.step('Locking Python packages');
      unlocked = problemOf(() => lockPythonPackages(root, outcome));
    }
    if (values['git'] !== false) {
      progress.step('Making the first commit');
      commitFirst(root, readConfiguration(text).normalised.owner);
    }
  }
  progress.done();
  if (unlocked) printError(unlocked, json); // the repository is whole without locks: say so, and go on
  return print(
    json
      ? `${JSON.stringify(report(root, outcome, values['dry-run'] === true))}\n`
      : closing(root, outcome, values, first),
  );
}

/** The configuration from a file, from the flags, or from the person at the terminal. */
async function configure(
  values: Values,
  name: string | undefined,
  data: PeopleData | undefined,
): Promise<{ directory: string; text: string }> {
  if (values['config'] !== undefined) {
    const file = String(values['config']);
    const text = readText(file);
    // An unreadable one is reported whole by the reader; the folder only needs a name until then.
    const directory = name ?? /"name"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? defaultAnswers.name;
    return { directory, text };
  }
  const given = answersOf(values, name, data);
  if (values['yes'] || values['json'] || !process.stdin.isTTY || !process.stdout.isTTY) {
    const directory = name ?? defaultAnswers.name;
    return {
      directory,
      text: configurationText({ ...defaultAnswers, name: basename(resolve(directory)), ...given }),
    };
  }
  const { directory, answers } = await ask(given, defaultAnswers, name);
  return { directory, text: configurationText(answers) };
}

function answersOf(
  values: Values,
  name: string | undefined,
  data: PeopleData | undefined,
): Partial<Answers> {
  const flavour = optional(values['flavour']);
  const names = values['model'] as string[] | undefined;
  const given: Record<string, unknown> = {
    name: name === undefined ? undefined : basename(resolve(name)),
    owner: values['owner'],
    region: values['region'],
    devAccount: values['dev-account'],
    stagingAccount: values['staging-account'],
    prodAccount: values['prod-account'],
    models:
      names || data || flavour
        ? Object.fromEntries(
            (names ?? Object.keys(defaultAnswers.models)).map((model, index) => [
              model,
              {
                flavour: flavour ?? 'pytorch-tabular',
                ...(data && index === 0 ? { data: data.written } : {}),
              },
            ]),
          )
        : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What a step reports that the rest does not depend on. */
function problemOf(work: () => void): WaMlError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof WaMlError) return error;
    throw error;
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: parseOptions,
      allowPositionals: true,
      allowNegative: true,
      strict: true,
    });
  } catch (error) {
    const unknown = /Unknown option '--?(?:no-)?([^']*)'/.exec((error as Error).message)?.[1];
    const guess = unknown === undefined ? undefined : nearest(unknown, Object.keys(options));
    throw usage(
      `${(error as Error).message.split('. ')[0]!.replace(/\.$/, '')}.`,
      guess ? `Did you mean --${guess}?` : 'See create-wa-ml-project --help.',
    );
  }
}

function usage(what: string, next: string): InputError {
  return new InputError({
    code: 'USAGE',
    what,
    why: 'The command cannot guess what is meant.',
    next,
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new InputError({
      code: 'CONFIG_UNREADABLE',
      what: `${file} cannot be read.`,
      why: `${(error as Error).message}.`,
      next: 'Give --config the path of a wa-ml.json.',
    });
  }
}

const optional = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function report(directory: string, { actions }: Reconciliation, dryRun: boolean): object {
  return { directory, dryRun, files: actions.map(({ kind, path }) => ({ kind, path })) };
}

function closing(
  root: string,
  { actions }: Reconciliation,
  values: Values,
  model: string | undefined,
): string {
  const place = relative(process.cwd(), root) || '.';
  if (values['dry-run'])
    return `${actions.map(({ kind, path }) => `${kind.padEnd(9)} ${path}\n`).join('')}Nothing was written: ${actions.length} files would be.\n`;
  const next = [
    `cd ${place}`,
    ...(values['install'] === false ? ['npm install'] : []),
    `npx nx train ${model ?? '<model>'}`,
    `npx nx serve ${model ?? '<model>'}`,
  ];
  return `\nCreated ${place}: ${actions.length} files.\nNext:\n${next.map((line) => `  ${line}\n`).join('')}`;
}
