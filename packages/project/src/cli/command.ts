import { parseArgs, type ParseArgsConfig } from 'node:util';
import { InputError, nearest } from '@wa-ml/config';

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

/** The help text of one command. */
export function formatHelp(program: string, command: Omit<Command, 'run'>): string {
  const names = Object.keys(command.options).map((name) => {
    const { type, short } = command.options[name]!;
    return {
      name,
      text: `${short ? `-${short}, ` : '    '}--${name}${type === 'string' ? ` ${name === 'to' ? 'ENVIRONMENT' : 'VALUE'}` : ''}`,
    };
  });
  const width = Math.max(...names.map(({ text }) => text.length), 0) + 2;
  const options = names.map(
    ({ name, text }) => `  ${text.padEnd(width)}${command.optionHelp[name] ?? ''}`,
  );
  return [
    command.summary,
    '',
    `Usage: ${program} ${command.usage}`,
    ...(options.length ? ['', 'Options:', ...options] : []),
    ...(command.examples.length
      ? ['', 'Examples:', ...command.examples.map((example) => `  ${example}`)]
      : []),
    '',
  ].join('\n');
}
