/** What every error of ours tells the person who reads it. */
export interface ErrorDetails {
  /** Stable, machine-readable name, e.g. `CONFIGURATION_INVALID`. */
  readonly code: string;
  /** What happened, in one sentence. */
  readonly what: string;
  /** Why that is a problem: the limit, policy or fact behind it. */
  readonly why: string;
  /** What to do next: a command, or what to write instead. */
  readonly next: string;
}

/** The base of all errors that libraries throw; only the command-line programs print them and exit. */
export class WaMlError extends Error implements ErrorDetails {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly next: string;
  /**
   * The exit code a command-line program ends with:
   * 1 checked and found wanting, 2 wrong input, 3 failed on the way.
   */
  readonly exitCode: 1 | 2 | 3;

  constructor(details: ErrorDetails, exitCode: 1 | 2 | 3 = 3) {
    super(`${details.what} ${details.why} ${details.next}`);
    this.name = new.target.name;
    this.code = details.code;
    this.what = details.what;
    this.why = details.why;
    this.next = details.next;
    this.exitCode = exitCode;
  }

  /** The error as data, for `--json`. */
  toJSON(): object {
    return { code: this.code, what: this.what, why: this.why, next: this.next };
  }
}

/** The input is wrong and nothing was changed (exit code 2). */
export class InputError extends WaMlError {
  constructor(details: ErrorDetails) {
    super(details, 2);
  }
}
