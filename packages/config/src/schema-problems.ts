import type { z } from 'zod';
import { nearest } from './nearest';
import { valueAt, type Path } from './path';
import type { Problem } from './problems';
import { configurationSchema } from './schema';
import { shown } from './shown';

/** Where a setting went that older releases had somewhere else; `*` stands for a name. */
const formerKeys = [{ path: 'models/*/budgetUsd', release: '0.2.0', now: 'endpoint.budgetUsd' }];

const formerKey = (path: Path) =>
  formerKeys.find((former) => {
    const parts = former.path.split('/');
    return (
      parts.length === path.length && parts.every((part, at) => part === '*' || part === path[at])
    );
  });

/** What an issue of the schema says to the person who wrote the file. */
export function schemaProblems(issue: z.core.$ZodIssue, root: unknown): Problem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path);
    return issue.keys.map((key) => {
      const former = formerKey([...path, key]);
      return {
        rule: 'schema',
        path: [...path, key],
        what: `${shown(key)} is not known here.`,
        why: former ? `Release ${former.release} moved it.` : `The keys are ${known.join(', ')}.`,
        instead: former
          ? `${former.now} (npx wa-ml upgrade moves it)`
          : (nearest(key, known) ?? 'nothing: take it out'),
      };
    });
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({
      rule: 'schema',
      path,
      what: `${shown(String(path.at(-1)))} ${sentence(inner.message)}`,
      why: 'It becomes part of the names of AWS resources.',
      instead: 'a name that fits',
    }));
  }
  const value = valueAt(root, path);
  const options = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  return [
    {
      rule: 'schema',
      path,
      what: value === undefined ? 'is missing.' : `${shown(value)} ${sentence(says(issue))}`,
      why: schemaAt(path)?.description ?? 'The schema of wa-ml.json asks for it.',
      instead:
        options.length > 0
          ? ((typeof value === 'string' ? nearest(value, options) : undefined) ??
            options.join(' or '))
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

/** As much of a zod schema as the walk along a path needs. */
interface SchemaNode {
  readonly description?: string;
  readonly shape?: Readonly<Record<string, SchemaNode>>;
  readonly def?: {
    readonly type?: string;
    readonly innerType?: SchemaNode;
    readonly valueType?: SchemaNode;
  };
}

/** The schema that stands at a path, without `optional`; undefined where there is none. */
function schemaAt(path: Path): SchemaNode | undefined {
  let current: SchemaNode | undefined = configurationSchema as unknown as SchemaNode;
  for (const part of path) {
    current = withoutOptional(current);
    current = current?.def?.type === 'record' ? current.def.valueType : current?.shape?.[part];
  }
  return current;
}

function withoutOptional(node: SchemaNode | undefined): SchemaNode | undefined {
  let current = node;
  while (current?.def?.innerType) current = current.def.innerType;
  return current;
}

/** The keys that the object at a path may have. */
export function knownKeys(path: Path): string[] {
  return Object.keys(withoutOptional(schemaAt(path))?.shape ?? {});
}
