import { Document, isMap, isScalar, visit } from 'yaml';
import type { Owner, PlannedFile } from './planned-file';

export interface YamlFileOptions {
  /** Comment at the top of the file. */
  readonly heading?: string;
  /** Top-level maps whose entries are set apart by a blank line, e.g. the jobs of a workflow. */
  readonly spaced?: readonly string[];
  /** The comment behind `key: value`, or undefined for none. */
  commentOn?(key: string, value: string): string | undefined;
}

/** An object as a YAML 1.2 file: two spaces, single quotes where quotes are needed, no folded lines, no anchors. */
export function yamlFile(
  path: string,
  owner: Owner,
  value: object,
  options: YamlFileOptions = {},
): PlannedFile {
  const document = new Document(value, { aliasDuplicateObjects: false });
  if (options.heading !== undefined)
    document.commentBefore = options.heading.replaceAll(/^/gm, ' ');
  setApart(document.contents);
  for (const name of options.spaced ?? []) setApart(document.get(name));
  visit(document, {
    Pair: (_, { key, value: scalar }) => {
      if (!isScalar(key) || !isScalar(scalar)) return;
      const comment = options.commentOn?.(String(key.value), String(scalar.value));
      if (comment !== undefined) scalar.comment = ` ${comment}`;
    },
  });
  return { path, owner, content: document.toString({ lineWidth: 0, singleQuote: true }) };
}

/** A blank line before every entry of a map but the first. */
function setApart(node: unknown): void {
  if (!isMap(node)) return;
  for (const { key } of node.items.slice(1)) {
    if (isScalar(key)) key.spaceBefore = true;
  }
}
