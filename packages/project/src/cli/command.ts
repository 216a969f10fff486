import { parseArgs, type ParseArgsConfig } from 'node:util';
import { InputError, nearest } from '@wa-ml/config';
import { columnsOf, formatRows, wrap } from '../terminal';

/** One subcommand of a command-line program. */
export interface Command {
  readonly summary: string;
  /** What follows the command's name. */
  readonly usage: string;
  readonly examples: readonly string[];
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** What each option means, for `--help`. */
  readonly optionHelp: Readonly<Record<string, string>>;
  /** @returns the exit code. */
  run(context: CommandContext): number | Promise<number>;
}

export interface CommandContext {
  /** Folder of the repository. */
  readonly root: string;
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  /** Prints data with `--json`, text without. */
  print(text: string, data: unknown): void;
}

/** What every command takes besides its own options. */
export const commonOptions: Pick<Command, 'options' | 'optionHelp'> = {
  options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  optionHelp: { json: 'Print data instead of text.', help: 'Print this.' },
};

/** A command with the options that all have. */
export function withCommonOptions<C extends Pick<Command, 'options' | 'optionHelp'>>(
  command: C,
): C {
  return {
    ...command,
    options: { ...command.options, ...commonOptions.options },
    optionHelp: { ...command.optionHelp, ...commonOptions.optionHelp },
  };
}

/** The arguments are wrong. */
export class UsageError extends InputError {
  constructor(what: string, next: string) {
    super({ code: 'USAGE', what, why: 'The command cannot guess what is meant.', next });
  }
}

/** Parses arguments strictly; an unknown option names the nearest one. @throws UsageError */
export function parseArguments(
  args: readonly string[],
  options: Command['options'],
  program: string,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const unknown = /Unknown option '(-+)([^']*)'/.exec((error as Error).message);
    const guess = unknown ? nearest(unknown[2]!, Object.keys(options)) : undefined;
    throw new UsageError(
      unknown
        ? `There is no option ${unknown[1]}${unknown[2]}.`
        : `${(error as Error).message.split('\n')[0]!.replace(/\.$/, '')}.`,
      guess ? `Did you mean --${guess}?` : `See ${program} --help.`,
    );
  }
}

/** The help text of one command, as wide as the terminal. */
export function formatHelp(program: string, command: Omit<Command, 'run'>): string {
  const width = columnsOf(process.stdout);
  const rows = Object.entries(command.options).map(
    ([name, { type, short }]) =>
      [
        `${short ? `-${short}, ` : '    '}--${name}${type === 'string' ? ` ${name === 'to' ? 'ENVIRONMENT' : 'VALUE'}` : ''}`,
        command.optionHelp[name] ?? '',
      ] as const,
  );
  return [
    wrap(command.summary, width),
    '',
    wrap(`Usage: ${program} ${command.usage}`, width, 2),
    ...(rows.length ? ['', 'Options:', formatRows(rows, width)] : []),
    ...(command.examples.length
      ? ['', 'Examples:', ...command.examples.map((example) => `  ${example}`)]
      : []),
    '',
  ].join('\n');
}
