import { InputError, nearest } from '@wa-ml/config';
import { parse } from 'csv-parse/sync';

export type ColumnType = 'float' | 'integer' | 'boolean' | 'string';

/** One column of people's own data, as `models/<name>/columns.json` keeps it. */
export interface InferredColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Rows without a value. */
  readonly missing: number;
  /** The distinct values in order of frequency; only for text that is a category. */
  readonly categories?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** Characters (code points) of the longest text; only for free text and identifiers. */
  readonly maxLength?: number;
  /** False for free text and identifiers, which a model of tables ignores. */
  readonly use?: false;
}

export interface InferredSchema {
  readonly version: 1;
  /** The CSV file, relative to the model's folder. */
  readonly file: string;
  readonly target: string;
  readonly task: 'classification' | 'regression';
  /** Rows that were read. */
  readonly rows: number;
  readonly columns: readonly InferredColumn[];
}

/** Spellings of "no value"; ml_runtime reads the same ones. */
const missingSpellings = new Set(['', 'na', 'nan', 'null']);
/** Numbers as Python reads them too: no hexadecimal, no separators. */
const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** A text column with more distinct values than this is free text or an identifier. */
const mostCategories = 100;
/** An integer target with at most this many distinct values is a class. */
const mostClasses = 20;

/** The data cannot be learnt from as it is. */
export class DataError extends InputError {
  constructor(what: string, why: string, next: string) {
    super({ code: 'DATA_INVALID', what, why, next });
  }
}

/**
 * Infers types, missing values and categories from a CSV text with a header line.
 * @param file the path that the schema will name, @param target the column to predict.
 * @throws DataError for an empty or ragged table, a target that is not there, or one that cannot be learnt.
 */
export function inferSchema(csv: string, file: string, target: string): InferredSchema {
  const { header, rows, columns } = readTable(csv, file);
  if (!header.includes(target)) {
    throw new DataError(
      `${file} has no column "${target}".`,
      `Its columns are ${header.join(', ')}.`,
      `Give --target ${nearest(target, header) ?? '<column>'}.`,
    );
  }
  return {
    version: 1,
    file,
    target,
    task: taskOf(
      columns.find(({ name }) => name === target)!,
      rows,
      header,
    ),
    rows: rows.length,
    columns,
  };
}

/**
 * The columns of a CSV text with a header line, while nobody has said which of them to predict.
 * @throws DataError for an empty or ragged table.
 */
export function inferColumns(csv: string, file: string): readonly InferredColumn[] {
  return readTable(csv, file).columns;
}

function readTable(csv: string, file: string) {
  const [header, ...rows] = table(csv, file);
  if (!header || rows.length === 0) {
    throw new DataError(
      `${file} has no rows.`,
      'A model learns from rows under a header line.',
      'Give a CSV file with data.',
    );
  }
  const doubled = header.find((name, index) => header.indexOf(name) !== index);
  if (doubled !== undefined) {
    throw new DataError(
      `${file} has two columns named "${doubled}".`,
      'Columns are known by their names.',
      'Rename one of them.',
    );
  }
  const columns = header.map((name, index) =>
    inferColumn(
      name,
      rows.map((row) => row[index]!),
    ),
  );
  return { header, rows, columns };
}

function table(csv: string, file: string): string[][] {
  try {
    return parse(csv, { bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new DataError(
      `${file} is no CSV table.`,
      `${(error as Error).message}.`,
      'Mend that line, or export the table again.',
    );
  }
}

const isMissing = (value: string): boolean => missingSpellings.has(value.toLowerCase());

function inferColumn(name: string, values: readonly string[]): InferredColumn {
  const present = values.filter((value) => !isMissing(value));
  const missing = values.length - present.length;
  if (present.length === 0) return { name, type: 'string', missing, use: false };
  if (present.every((value) => /^(true|false)$/i.test(value)))
    return { name, type: 'boolean', missing };
  const numbers = present.map(Number);
  if (present.every((value) => numeral.test(value)) && numbers.every(Number.isFinite)) {
    const type = numbers.every(Number.isInteger) ? 'integer' : 'float';
    return { name, type, missing, ...range(numbers) };
  }
  const counts = new Map<string, number>();
  for (const value of present) counts.set(value, (counts.get(value) ?? 0) + 1);
  // A category repeats: free text and identifiers have about as many values as rows.
  if (counts.size > mostCategories || counts.size > present.length / 2)
    return { name, type: 'string', missing, maxLength: longestOf(present), use: false };
  const categories = [...counts]
    .sort(([left, a], [right, b]) => b - a || (left < right ? -1 : 1))
    .map(([value]) => value);
  return { name, type: 'string', missing, categories };
}

const longestOf = (texts: readonly string[]): number =>
  texts.reduce((longest, text) => Math.max(longest, [...text].length), 1);

function range(numbers: readonly number[]): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const number of numbers) {
    if (number < min) min = number;
    if (number > max) max = number;
  }
  return { min, max };
}

function taskOf(
  target: InferredColumn,
  rows: readonly string[][],
  header: readonly string[],
): InferredSchema['task'] {
  const index = header.indexOf(target.name);
  const distinct = new Set(rows.map((row) => row[index]!).filter((value) => !isMissing(value)));
  if (target.type === 'string' && target.use === false) {
    throw new DataError(
      `The target "${target.name}" has ${distinct.size} different texts in ${rows.length} rows.`,
      'That is free text or an identifier, no class to predict.',
      'Choose a column with classes or numbers.',
    );
  }
  if (distinct.size < 2) {
    throw new DataError(
      `The target "${target.name}" has only one value.`,
      'There is nothing to learn from it.',
      'Choose another column, or data with more than one outcome.',
    );
  }
  const classes =
    target.type === 'boolean' ||
    target.type === 'string' ||
    (target.type === 'integer' && distinct.size <= mostClasses);
  return classes ? 'classification' : 'regression';
}
