import type { CheckedResource } from './checked-resource';

/** One rule for machine learning on AWS: a file of its own, named by its id. */
export interface MlRule {
  /** The file's name; findings and acknowledgements call it `WaMl-<id>`. */
  readonly id: string;
  /** The requirement or policy that it holds up, e.g. `OPS-8`. */
  readonly policy: string;
  /** CloudFormation types that it looks at. */
  readonly resources: readonly string[];
  /** A warning does not fail the synthesis. @default 'error' */
  readonly level?: 'error' | 'warning';
  /** What is wrong with a resource that breaks it, one sentence. */
  readonly what: string;
  /** Why that matters: the limit or the loss, one sentence. */
  readonly why: string;
  /** `true` where it is kept. A list names the parts that break it, e.g. the steps of a pipeline: empty is kept. */
  check(resource: CheckedResource): boolean | readonly string[];
}
