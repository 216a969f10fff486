import type { NormalisedConfiguration } from '../normalise';
import type { Problem } from '../problems';
import type { Configuration } from '../schema';

/** A check across fields: it sees the configuration with every default filled and as written, and reports all that is wrong. */
export interface Rule {
  /** The file's name. */
  readonly id: string;
  check(configuration: NormalisedConfiguration, written: Configuration): Omit<Problem, 'rule'>[];
}
