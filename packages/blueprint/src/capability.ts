import type { NormalisedConfiguration } from '@wa-ml/config';
import type { InferredSchema } from './infer-schema';
import type { PlannedFile } from './planned-file';
import { render } from './render';
import { templatesIn, type TemplateSet } from './templates';

/** What a capability sees when it plans. */
export interface PlanContext {
  readonly configuration: NormalisedConfiguration;
  readonly templates: TemplateSet;
  /** Schemas inferred from people's own data, by model; only there when the model is first written. */
  readonly schemas: Readonly<Record<string, InferredSchema>>;
}

/** One word of the product's vocabulary: it says whether it applies and which files it plans. */
export interface Capability {
  /** The folder's name, here and under `templates/`. */
  readonly word: string;
  applies(configuration: NormalisedConfiguration): boolean;
  plan(context: PlanContext): PlannedFile[];
}

/** Every template directly under `folder`, rendered with `variables`. */
export function planTemplates(
  context: PlanContext,
  folder: string,
  variables: Readonly<Record<string, unknown>>,
): PlannedFile[] {
  return templatesIn(context.templates, folder).map((template) => render(template, variables));
}
