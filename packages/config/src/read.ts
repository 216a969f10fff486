import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { z } from 'zod';
import { nearest } from './nearest';
import { normalise, type NormalisedConfiguration } from './normalise';
import { ConfigurationError, type Problem } from './problems';
import { rules } from './rules';
import { configurationSchema, type Configuration } from './schema';

type Path = readonly (string | number)[];

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
  const duplicates = duplicateKeys(root);
  return checkConfiguration(getNodeValue(root), (path) => place(text, root, path), duplicates);
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
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => schemaProblems(issue, value)));
  const usable = parsed.success ? parsed.data : mended(value, parsed.error.issues);
  if (usable) {
    const normalised = normalise(usable);
    for (const rule of rules) {
      problems.push(...rule.check(normalised, usable).map((problem) => ({ rule: rule.id, ...problem })));
    }
    if (problems.length === 0) return { written: usable, normalised };
  }
  throw new ConfigurationError(unique(problems).map((problem) => ({ ...problem, ...locate(problem.path) })));
}

function schemaProblems(issue: z.core.$ZodIssue, root: unknown): Problem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path);
    return issue.keys.map((key) => ({
      rule: 'schema',
      path: [...path, key],
      what: `"${key}" is not known here.`,
      why: `The keys are ${known.join(', ')}.`,
      instead: nearest(key, known) ?? 'nothing: take it out',
    }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({
      rule: 'schema',
      path,
      what: `"${String(path.at(-1))}" ${sentence(inner.message)}`,
      why: 'It becomes part of the names of AWS resources.',
      instead: 'a name that fits',
    }));
  }
  const value = at(root, path);
  const options = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  return [
    {
      rule: 'schema',
      path,
      what: value === undefined ? 'is missing.' : `${JSON.stringify(value)} ${sentence(says(issue))}`,
      why: schemaAt(path)?.description ?? 'The schema of wa-ml.json asks for it.',
      instead:
        options.length > 0
          ? ((typeof value === 'string' ? nearest(value, options) : undefined) ?? options.join(' or '))
          : `a value that fits`,
    },
  ];
}

function says(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `is not one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_type') return `is not of type ${issue.expected}`;
  if (issue.code === 'too_small') return `is less than ${issue.minimum}`;
  if (issue.code === 'too_big' && issue.origin !== 'string') return `is more than ${issue.maximum}`;
  return issue.message;
}

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

/** The schema that stands at a path; undefined where there is none. */
function schemaAt(path: Path): z.core.$ZodType & { description?: string } | undefined {
  let current: any = configurationSchema;
  for (const part of path) {
    while (current?.def?.innerType) current = current.def.innerType;
    current = current?.def?.type === 'record' ? current.def.valueType : current?.shape?.[part];
  }
  return current;
}

/** The keys that the object at a path may have. */
export function knownKeys(path: Path): string[] {
  let current: any = schemaAt(path);
  while (current?.def?.innerType) current = current.def.innerType;
  return Object.keys(current?.shape ?? {});
}

function at(root: unknown, path: Path): unknown {
  return path.reduce<any>((value, part) => (typeof value === 'object' && value !== null ? value[part] : undefined), root);
}

/** What a required value is set to while the rules look at the rest of a configuration with mistakes in it. */
const placeholders: Readonly<Record<string, unknown>> = {
  name: 'x',
  owner: 'x@example.com',
  tier: 'development',
  account: '000000000000',
  region: 'eu-west-1',
  flavour: 'pytorch-tabular',
  environments: {},
  models: {},
};

/**
 * The configuration without what the schema refused, so that the rules can still report on the rest.
 * @returns undefined when too little is left.
 */
function mended(value: unknown, issues: readonly z.core.$ZodIssue[]): Configuration | undefined {
  const copy: unknown = structuredClone(value);
  for (const issue of issues) {
    const path = issue.path as Path;
    const parent: any = at(copy, path.slice(0, -1));
    const key = path.at(-1);
    if (issue.code === 'unrecognized_keys') {
      const object: any = at(copy, path);
      for (const name of issue.keys) delete object?.[name];
    } else if (key !== undefined && typeof parent === 'object' && parent !== null) {
      if (issue.code !== 'invalid_key' && key in placeholders) parent[key] = placeholders[key];
      else delete parent[key];
    }
  }
  const again = configurationSchema.safeParse(copy);
  return again.success ? again.data : undefined;
}

function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify([problem.rule, problem.path, problem.rule === 'high-availability' ? '' : problem.what]);
    return !seen.has(key) && seen.add(key);
  });
}

function duplicateKeys(root: Node): Problem[] {
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
            what: `"${key}" is written twice.`,
            why: 'JSON keeps only one of them.',
            instead: 'one entry',
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
    if (node) return position(text, node.parent?.type === 'property' ? node.parent.offset : node.offset);
  }
  return {};
}

function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
