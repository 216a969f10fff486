import { createScanner, SyntaxKind } from 'jsonc-parser';

/**
 * The deepest that objects and arrays may lie in each other; the schema itself goes six deep.
 * Parsers, schema and `JSON.stringify` call themselves once a level: from some thousand levels on they end without
 * an answer.
 */
export const deepestNesting = 64;

/** Where a JSON text begins to nest too deep; undefined where it never does. */
export function nestsTooDeepAt(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let kind = scanner.scan(); kind !== SyntaxKind.EOF; kind = scanner.scan()) {
    if (kind === SyntaxKind.OpenBraceToken || kind === SyntaxKind.OpenBracketToken) depth++;
    if (kind === SyntaxKind.CloseBraceToken || kind === SyntaxKind.CloseBracketToken) depth--;
    if (depth > deepestNesting) return scanner.getTokenOffset();
  }
  return undefined;
}
