import { WaMlError, type NormalisedConfiguration } from '@wa-ml/config';
import { capabilities } from './capabilities';
import type { InferredSchema } from './infer-schema';
import type { PlannedFile } from './planned-file';
import type { TemplateSet } from './templates';

/** Two capabilities plan the same path, or one that leaves the repository. */
export class PlanError extends WaMlError {
  constructor(path: string, why: string) {
    super({
      code: 'PLAN_INVALID',
      what: `${path} cannot be planned.`,
      why,
      next: 'This is a mistake of ours: report it with your wa-ml.json.',
    });
  }
}

/**
 * Every file that the blueprint keeps in a repository, sorted by path. Pure: same in, same out.
 * @param schemas inferred schemas of people's own data, by model; needed only when a model is first written.
 * @param more files that another planner brings (projen's), so that no path has two writers.
 * @throws PlanError, TemplateError
 */
export function planRepo(
  configuration: NormalisedConfiguration,
  templates: TemplateSet,
  schemas: Readonly<Record<string, InferredSchema>> = {},
  more: readonly PlannedFile[] = [],
): PlannedFile[] {
  const context = { configuration, templates, schemas };
  const files = [
    ...more,
    ...capabilities.filter((one) => one.applies(configuration)).flatMap((one) => one.plan(context)),
  ];
  const seen = new Map<string, string>();
  for (const { path } of files) {
    if (!isInside(path))
      throw new PlanError(path, 'It is no relative POSIX path inside the repository.');
    const folded = path.toLowerCase();
    if (seen.has(folded))
      throw new PlanError(
        path,
        `${seen.get(folded)} is planned too, and some file systems ignore case.`,
      );
    seen.set(folded, path);
  }
  return files.sort((left, right) => (left.path < right.path ? -1 : 1));
}

function isInside(path: string): boolean {
  return (
    path.length > 0 &&
    !path.includes('\\') &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
