import {
  applyEdits,
  createScanner,
  findNodeAtLocation,
  modify,
  parseTree,
  SyntaxKind,
  type JSONPath,
} from 'jsonc-parser';

/**
 * The text of wa-ml.json with one setting moved to another place, its value and its comments as they were written.
 * Where an object has to be made for it, that stands where the setting stood; in one that is there it comes first.
 * @param from where it is; @param to where nothing is yet. Where either is otherwise, the text is not changed.
 */
export function withSettingMoved(text: string, from: JSONPath, to: JSONPath): string {
  if (text.startsWith('\uFEFF')) return `\uFEFF${withSettingMoved(text.slice(1), from, to)}`;
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, from);
  if (!node || findNodeAtLocation(root, to)) return text;
  const written = text.slice(node.offset, node.offset + node.length);
  const isBeside = JSON.stringify(from.slice(0, -1)) === JSON.stringify(to.slice(0, -2));
  if (isBeside && !findNodeAtLocation(root, to.slice(0, -1))) return wrapped(text, from, to);
  const edits = modify(text, to, null, {
    getInsertionIndex: () => 0,
    formattingOptions: { insertSpaces: true, tabSize: 2, eol: lineEnd(text) },
  });
  const { text: moved, comments } = cut(applyEdits(text, edits), from);
  return withComments(withValue(moved, to, written), to, comments);
}

const lineEnd = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');
const at = (text: string, path: JSONPath) => findNodeAtLocation(parseTree(text)!, path)!;

/** A setting that becomes an object of its own, at its place. */
function wrapped(text: string, from: JSONPath, to: JSONPath): string {
  const { offset, length } = at(text, from).parent!;
  const value = at(text, from);
  const [outer, inner] = to.slice(-2).map((key) => JSON.stringify(key));
  const indent = /[^\n]*$/.exec(text.slice(0, offset))![0];
  const [before, after] =
    indent.trim() === ''
      ? [`${lineEnd(text)}${indent}  `, `${lineEnd(text)}${indent}`]
      : [' ', ' '];
  const written = text.slice(value.offset, value.offset + value.length);
  return `${text.slice(0, offset)}${outer}: {${before}${inner}: ${written}${after}}${text.slice(offset + length)}`;
}

function withValue(text: string, path: JSONPath, written: string): string {
  const { offset, length } = at(text, path);
  return text.slice(0, offset) + written + text.slice(offset + length);
}

/** Comments on lines of their own above a setting, or before it on its line. */
function withComments(text: string, path: JSONPath, comments: readonly string[]): string {
  const { offset } = at(text, path).parent!;
  const indent = /[^\n]*$/.exec(text.slice(0, offset))![0];
  const alone = indent.trim() === '';
  const above = comments.map((comment) =>
    alone ? `${comment}${lineEnd(text)}${indent}` : `${asBlock(comment)} `,
  );
  return text.slice(0, offset) + above.join('') + text.slice(offset);
}

const asBlock = (comment: string): string =>
  comment.startsWith('//') ? `/*${comment.slice(2).replaceAll('*/', '* /').trimEnd()} */` : comment;

interface Token {
  readonly kind: SyntaxKind;
  readonly start: number;
  readonly end: number;
}

/** The text without a setting, and the comments that belonged to it: above it, and behind it on its line. */
function cut(text: string, path: JSONPath): { text: string; comments: string[] } {
  const tokens = tokensOf(text);
  const property = at(text, path).parent!;
  const first = tokens.findIndex(({ start }) => start === property.offset);
  const last = tokens.findLastIndex(({ end }) => end <= property.offset + property.length);

  const before = previous(tokens, first);
  // What stands behind the token before, on the same line, is about that one.
  const ownLine = tokens.findIndex(
    ({ kind }, index) => index > before && index < first && kind === SyntaxKind.LineBreakTrivia,
  );
  const begin = ownLine === -1 ? before + 1 : ownLine;

  const after = next(tokens, last);
  const comma = tokens[after]?.kind === SyntaxKind.CommaToken;
  const end = endOfLine(tokens, comma ? after : last) ?? (comma ? after : last);

  const removed = tokens.slice(begin, end + 1);
  const needless = !comma && tokens[before]!.kind === SyntaxKind.CommaToken;
  const kept = needless
    ? [...tokens.slice(0, before), ...tokens.slice(before + 1, begin)]
    : tokens.slice(0, begin);
  const textOf = ({ start, end: stop }: Token): string => text.slice(start, stop);
  return {
    text: [...kept, ...tokens.slice(end + 1)].map(textOf).join(''),
    comments: removed
      .filter((token, index) => isComment(token) && !inside(begin + index, first, last))
      .map(textOf),
  };
}

const inside = (index: number, first: number, last: number): boolean =>
  index >= first && index <= last;
const isComment = ({ kind }: Token): boolean =>
  kind === SyntaxKind.LineCommentTrivia || kind === SyntaxKind.BlockCommentTrivia;
const isTrivia = (token: Token): boolean =>
  isComment(token) || token.kind === SyntaxKind.Trivia || token.kind === SyntaxKind.LineBreakTrivia;

const previous = (tokens: readonly Token[], index: number): number =>
  tokens.findLastIndex((token, at) => at < index && !isTrivia(token));
const next = (tokens: readonly Token[], index: number): number =>
  tokens.findIndex((token, at) => at > index && !isTrivia(token));

/** The last token of the line on which another ends; undefined where something else follows on that line. */
function endOfLine(tokens: readonly Token[], index: number): number | undefined {
  for (let last = index; ; last++) {
    const token = tokens[last + 1];
    if (!token || token.kind === SyntaxKind.LineBreakTrivia) return last;
    if (!isTrivia(token)) return undefined;
  }
}

function tokensOf(text: string): Token[] {
  const scanner = createScanner(text, false);
  const tokens: Token[] = [];
  for (let kind = scanner.scan(); kind !== SyntaxKind.EOF; kind = scanner.scan()) {
    const start = scanner.getTokenOffset();
    tokens.push({ kind, start, end: start + scanner.getTokenLength() });
  }
  return tokens;
}
