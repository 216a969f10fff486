import { InputError } from './errors';

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Id of the rule that found it: a rule's file name, or `schema` or `syntax`. */
  readonly rule: string;
  /** Where, from the root of wa-ml.json, e.g. `['models', 'churn', 'endpoint', 'min']`. */
  readonly path: readonly (string | number)[];
  /** What is wrong. */
  readonly what: string;
  /** The limit or the policy behind it, with its source. */
  readonly why: string;
  /** What to write instead. */
  readonly instead: string;
  /** Line and column (from 1) in wa-ml.json, where the text is at hand. */
  readonly line?: number;
  readonly column?: number;
}

/** A path as people write it: `models.churn.endpoint.min`. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.length === 0
    ? '(root)'
    : path
        .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
        .join('')
        .slice(1);
}

/** The configuration has one or more problems; all of them are in `problems`. */
export class ConfigurationError extends InputError {
  constructor(readonly problems: readonly Problem[]) {
    super({
      code: 'CONFIGURATION_INVALID',
      what: `wa-ml.json has ${problems.length} problem${problems.length === 1 ? '' : 's'}.`,
      why: problems.map((problem) => `${formatPath(problem.path)}: ${problem.what}`).join(' '),
      next: 'Mend each line as its `instead` says; nothing was changed.',
    });
  }

  override toJSON(): object {
    return {
      code: this.code,
      what: this.what,
      problems: this.problems.map((problem) => ({ ...problem, path: formatPath(problem.path) })),
      next: this.next,
    };
  }
}
