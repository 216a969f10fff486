import { z } from 'zod';
import { contractPath } from './data-settings';
import { InputError } from './errors';
import { nearest } from './nearest';

/** Types of columns, in the words of Glue's catalogue. */
export const contractTypes = [
  'string',
  'int',
  'bigint',
  'double',
  'boolean',
  'date',
  'timestamp',
] as const;
const rangedTypes: readonly string[] = ['int', 'bigint', 'double'];
/** Names that the pipeline gives to columns of its own, and to the folders of a partition. */
const reservedColumns = ['row_key', 'ingest', 'content', '_corrupt_record', '_reasons'];

const share = z.number().min(0).max(1);
const columnSchema = z.strictObject({
  name: z.string().min(1).max(255),
  type: z.enum(contractTypes),
  /** Whether a file without the column is refused. Default: true. */
  required: z.boolean().optional(),
  /** Whether a row may lack a value. Default: false. */
  nullable: z.boolean().optional(),
  /** Of a nullable column: a delivery with a larger share of nulls is refused. Default: 1. */
  maxNullShare: share.optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  /** The only texts that are let through. */
  allowed: z.array(z.string()).min(1).optional(),
  /** Personal data: known by tags, and kept out of what training reads. Default: false. */
  pii: z.boolean().optional(),
});

const contractSchema = z.strictObject({
  version: z.literal(1),
  /** Columns that together name a row: it is kept once. Default: none, and equal rows are kept once. */
  uniqueKey: z.array(z.string()).min(1).optional(),
  /** Of rows with the same key the one with the largest value here is kept. */
  latestBy: z.string().optional(),
  /** A delivery with a larger share of broken rows is refused as a whole. Default: 0.01. */
  maxRejectedShare: share.optional(),
  /** A delivery with a larger share of repeated rows is refused as a whole. Default: 0.05. */
  maxDuplicateShare: share.optional(),
  columns: z.array(columnSchema),
});

/** What a dataset's deliveries have to be like. */
export type DataContract = z.infer<typeof contractSchema>;

/**
 * Reads the text of a contract.
 * @throws InputError with everything that is wrong with it.
 */
export function readContract(text: string, dataset: string): DataContract {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw contractError(dataset, [String(error)]);
  }
  const result = contractSchema.safeParse(value);
  if (!result.success)
    throw contractError(
      dataset,
      result.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
    );
  const problems = contractProblems(result.data);
  if (problems.length > 0) throw contractError(dataset, problems);
  return result.data;
}

/** Names of the columns with personal data. */
export const personalColumns = ({ columns }: DataContract): string[] =>
  columns.filter(({ pii }) => pii).map(({ name }) => name);

function contractProblems({ columns, uniqueKey = [], latestBy }: DataContract): string[] {
  const names = columns.map(({ name }) => name);
  const problems: string[] = [];
  if (columns.every(({ pii }) => pii))
    problems.push('columns: none is left for training, once those with personal data are out');
  // Spark, Athena and Glue know columns by their lower-case names.
  const folded = names.map((name) => name.toLowerCase());
  for (const name of names.filter((_, at) => folded.indexOf(folded[at]!) !== at))
    problems.push(`columns: there are two named "${name}", and Glue does not tell case apart`);
  for (const name of names.filter((one) => reservedColumns.includes(one.toLowerCase())))
    problems.push(`columns: "${name}" is a name that the pipeline uses itself`);
  for (const name of [...uniqueKey, ...(latestBy === undefined ? [] : [latestBy])])
    if (!names.includes(name))
      problems.push(`no column is named "${name}"${guess(nearest(name, names))}`);
  if (latestBy !== undefined && uniqueKey.length === 0)
    problems.push('latestBy: without a uniqueKey there is nothing to choose from');
  for (const { name, type, minimum, maximum, allowed, nullable, maxNullShare } of columns) {
    if ((minimum !== undefined || maximum !== undefined) && !rangedTypes.includes(type))
      problems.push(`${name}: only ${rangedTypes.join(', ')} have a minimum and a maximum`);
    if (minimum !== undefined && maximum !== undefined && minimum > maximum)
      problems.push(`${name}: its minimum ${minimum} is above its maximum ${maximum}`);
    if (allowed && type !== 'string') problems.push(`${name}: only strings have allowed values`);
    if (maxNullShare !== undefined && !nullable)
      problems.push(`${name}: maxNullShare is for nullable columns: write "nullable": true`);
    if (nullable && uniqueKey.includes(name))
      problems.push(`${name}: a part of the uniqueKey cannot be nullable`);
  }
  return problems;
}

const guess = (name: string | undefined): string => (name ? `; did you mean "${name}"?` : '');

const contractError = (dataset: string, problems: readonly string[]): InputError =>
  new InputError({
    code: 'DATA_CONTRACT_INVALID',
    what: `${contractPath(dataset)} is no contract of data.`,
    why: `${problems.join('; ')}.`,
    next: 'Mend it; pipelines/data/README.md lists what it may say.',
  });
