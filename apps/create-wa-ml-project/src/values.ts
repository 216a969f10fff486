import { parseArgs } from 'node:util';
import { InputError, nearest } from '@wa-ml/config';
import { options, parseOptions } from './options';

type Options = typeof options;
type ValueOf<O> = O extends { multiple: true }
  ? string[]
  : O extends { type: 'string' }
    ? string
    : boolean;
/** What was given for each option. */
export type Values = { readonly [Name in keyof Options]?: ValueOf<Options[Name]> };

/** Parses arguments strictly; an unknown option names the nearest one. @throws InputError */
export function parse(args: readonly string[]): {
  values: Values;
  positionals: readonly string[];
} {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: parseOptions,
      allowPositionals: true,
      allowNegative: true,
      strict: true,
    });
    return { values: values as Values, positionals };
  } catch (error) {
    const unknown = /Unknown option '--?(?:no-)?([^']*)'/.exec((error as Error).message)?.[1];
    const guess = unknown === undefined ? undefined : nearest(unknown, Object.keys(options));
    throw usage(
      `${(error as Error).message.split('. ')[0]!.replace(/\.$/, '')}.`,
      guess ? `Did you mean --${guess}?` : 'See create-wa-ml-project --help.',
    );
  }
}

export function usage(what: string, next: string): InputError {
  return new InputError({
    code: 'USAGE',
    what,
    why: 'The command cannot guess what is meant.',
    next,
  });
}
