import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { mended } from './mend';
import { markerLine } from './merge-markers';
import { deepestNesting, nestsTooDeepAt } from './nesting';
import { normalise, type NormalisedConfiguration } from './normalise';
import type { Path } from './path';
import { ConfigurationError, type Problem } from './problems';
import { rules } from './rules';
import { schemaProblems } from './schema-problems';
import { shown } from './shown';
import { configurationSchema, type Configuration } from './schema';

/** A valid configuration: as written, and with every default filled. */
export interface ReadConfiguration {
  readonly written: Configuration;
  readonly normalised: NormalisedConfiguration;
}

/**
 * Reads the text of wa-ml.json (JSON with comments).
 * @throws ConfigurationError with every problem at once: syntax, schema and rules.
 */
export function readConfiguration(text: string): ReadConfiguration {
  const tooDeep = nestsTooDeepAt(text);
  if (tooDeep !== undefined) {
    throw new ConfigurationError([
      {
        rule: 'syntax',
        path: [],
        what: `more than ${deepestNesting} objects or arrays lie in each other.`,
        why: 'No setting is that deep, and no parser can follow without end.',
        instead: 'a closing bracket before this line and column',
        ...position(text, tooDeep),
      },
    ]);
  }
  const marker = markerLine(text);
  if (marker !== undefined) {
    throw new ConfigurationError([
      {
        rule: 'syntax',
        path: [],
        what: 'Git merged two branches and left its markers here.',
        why: 'Both changed these lines, and only you know what is meant.',
        instead:
          'what both say, without the lines of markers: two models, say, are two entries with a comma between them. Then npx projen brings all files in step with it',
        line: marker,
        column: 1,
      },
    ]);
  }
  const errors: ParseError[] = [];
  const root = parseTree(text.replace(/^\uFEFF/, ' '), errors, { allowTrailingComma: true });
  if (errors.length > 0 || root === undefined) {
    const offset = errors[0]?.offset ?? 0;
    throw new ConfigurationError([
      {
        rule: 'syntax',
        path: [],
        what: `the text is no JSON: ${printParseErrorCode(errors[0]?.error ?? 4)}.`,
        why: 'wa-ml.json is JSON with comments.',
        instead: 'valid JSON at this line and column',
        ...position(text, offset),
      },
    ]);
  }
  const found = keyProblems(root);
  return checkConfiguration(getNodeValue(root), (path) => place(text, root, path), found);
}

/**
 * Checks a configuration that is already parsed.
 * @param locate line and column of a path, where a text is at hand.
 * @throws ConfigurationError with every problem at once.
 */
export function checkConfiguration(
  value: unknown,
  locate: (path: Path) => Pick<Problem, 'line' | 'column'> = () => ({}),
  found: readonly Problem[] = [],
): ReadConfiguration {
  const parsed = configurationSchema.safeParse(value);
  const problems: Problem[] = [...found];
  if (!parsed.success)
    problems.push(...parsed.error.issues.flatMap((issue) => schemaProblems(issue, value)));
  const usable = parsed.success ? parsed.data : mended(value, parsed.error.issues);
  if (usable) {
    const normalised = normalise(usable);
    for (const rule of rules) {
      problems.push(
        ...rule.check(normalised, usable).map((problem) => ({ rule: rule.id, ...problem })),
      );
    }
    if (problems.length === 0) return { written: usable, normalised };
  }
  throw new ConfigurationError(
    unique(problems).map((problem) => ({ ...problem, ...locate(problem.path) })),
  );
}

function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify([
      problem.rule,
      problem.path,
      problem.rule === 'high-availability' ? '' : problem.what,
    ]);
    return !seen.has(key) && seen.add(key);
  });
}

/** What a parsed value no longer shows: keys that are written twice, or that JavaScript does not keep as keys. */
function keyProblems(root: Node): Problem[] {
  const problems: Problem[] = [];
  const visit = (node: Node, path: Path): void => {
    const seen = new Set<string>();
    for (const child of node.children ?? []) {
      if (node.type === 'object') {
        const key = String(child.children?.[0]?.value);
        if (seen.has(key)) {
          problems.push({
            rule: 'syntax',
            path: [...path, key],
            what: `${shown(key)} is written twice.`,
            why: 'JSON keeps only one of them.',
            instead: 'one entry',
          });
        }
        if (key === '__proto__') {
          problems.push({
            rule: 'syntax',
            path: [...path, key],
            what: `${shown(key)} is no key that can be kept.`,
            why: 'JavaScript takes it for what the object inherits from, so it would be lost without a word.',
            instead: 'another name',
          });
        }
        seen.add(key);
        if (child.children?.[1]) visit(child.children[1], [...path, key]);
      }
    }
  };
  visit(root, []);
  return problems;
}

/** Line and column of the deepest part of a path that the text has. */
function place(text: string, root: Node, path: Path): Pick<Problem, 'line' | 'column'> {
  for (let length = path.length; length >= 0; length--) {
    const node = findNodeAtLocation(root, [...path.slice(0, length)]);
    if (node)
      return position(text, node.parent?.type === 'property' ? node.parent.offset : node.offset);
  }
  return {};
}

function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
