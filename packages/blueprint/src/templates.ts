import type { Content } from './content';
import type { Owner } from './planned-file';

/** The templates, by their path under `templates/` (POSIX): text with LF line ends, or bytes that are no text. */
export type TemplateSet = ReadonlyMap<string, Content>;

/** One template: where its result goes and how it is made. */
export interface Template {
  readonly source: string;
  readonly owner: Owner;
  /** Path in the generated repository; `__model__` stands for a model's name. */
  readonly path: string;
  readonly content: Content;
  /** Rendered by Handlebars (its name ends in `.hbs`), or copied as it is. */
  readonly rendered: boolean;
}

/**
 * The templates directly under one folder, i.e. in `<folder>/managed/` and `<folder>/seeded/`.
 * @param folder e.g. `workspace` or `model/flavours/pytorch-tabular`.
 */
export function templatesIn(templates: TemplateSet, folder: string): Template[] {
  const found: Template[] = [];
  for (const owner of ['managed', 'seeded'] as const) {
    const prefix = `${folder}/${owner}/`;
    for (const [source, content] of templates) {
      if (!source.startsWith(prefix)) continue;
      const rendered = source.endsWith('.hbs');
      const path = source.slice(prefix.length, rendered ? -'.hbs'.length : undefined);
      found.push({ source, owner, path, content, rendered });
    }
  }
  return found;
}
