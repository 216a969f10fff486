import type { Owner } from './planned-file';

/** The templates, by their path under `templates/` (POSIX), as UTF-8 text with LF line ends. */
export type TemplateSet = ReadonlyMap<string, string>;

/** One template: where its result goes and how it is made. */
export interface Template {
  readonly source: string;
  readonly owner: Owner;
  /** Path in the generated repository; `__model__` stands for a model's name. */
  readonly path: string;
  readonly text: string;
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
    for (const [source, text] of templates) {
      if (!source.startsWith(prefix)) continue;
      const rendered = source.endsWith('.hbs');
      const path = source.slice(prefix.length, rendered ? -'.hbs'.length : undefined);
      found.push({ source, owner, path, text, rendered });
    }
  }
  return found;
}
