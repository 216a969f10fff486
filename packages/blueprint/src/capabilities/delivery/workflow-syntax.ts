import type { ActionName } from '../../versions';

/**
 * The part of GitHub's workflow syntax that we write; what must never be left out is not optional here.
 * Source: GitHub documentation, "Workflow syntax for GitHub Actions".
 */
export interface Workflow {
  readonly name: string;
  readonly on: Triggers;
  /** Of every job that names none; each of ours names its own. */
  readonly permissions: Permissions;
  readonly concurrency?: Concurrency;
  readonly defaults: { readonly run: { readonly shell: 'bash' } };
  readonly jobs: Readonly<Record<string, Job>>;
}

export interface Triggers {
  readonly pull_request?: Record<string, never>;
  readonly push?: { readonly branches: readonly string[]; readonly paths?: readonly string[] };
  readonly workflow_dispatch?: Record<string, never>;
}

/** A scope that is not named has no permission at all. */
export interface Permissions {
  readonly actions?: 'read';
  readonly contents?: 'read';
  /** Lets the job ask for an OIDC token, i.e. assume a role in AWS. */
  readonly 'id-token'?: 'write';
}

/** At most one job (or run) of a group runs and one waits; a newer one takes the place of the one that waits. */
export interface Concurrency {
  readonly group: string;
  /** A condition is an expression in `${{ }}`. */
  readonly 'cancel-in-progress': boolean | string;
}

export interface Job {
  readonly name: string;
  readonly if?: string;
  readonly needs?: readonly string[];
  /** An image by its version: `ubuntu-latest` changes under the feet of a repository. */
  readonly 'runs-on': 'ubuntu-24.04';
  readonly environment?: { readonly name: string };
  readonly permissions: Permissions;
  readonly concurrency?: Concurrency;
  /** Counts from the moment the job starts, not while it waits for a review. */
  readonly 'timeout-minutes': number;
  readonly steps: readonly Step[];
}

export type Step = ActionStep | RunStep;

interface AnyStep {
  readonly name: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ActionStep extends AnyStep {
  /** An action of the versions table; the file gets its commit and, as a comment, its tag. */
  readonly uses: ActionName;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}

export interface RunStep extends AnyStep {
  /** Bash. No `${{ }}` in here, which would paste text into a program: values come in through `env`. */
  readonly run: string;
  readonly 'working-directory'?: string;
}
