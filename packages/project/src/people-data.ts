import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  DataError,
  inferColumns,
  inferSchema,
  type InferredColumn,
  type InferredSchema,
} from '@wa-ml/blueprint';
import type { DataFile } from '@wa-ml/config';

/** People's own data for a new model, read and understood. */
export interface PeopleData {
  /** What wa-ml.json says of it. */
  readonly written: DataFile;
  readonly schema: InferredSchema;
  /** The bytes of the file, to be copied to `models/<name>/<written.file>`, where Git ignores it. */
  readonly bytes: Buffer;
}

/**
 * Reads the file of `--data FILE --target COLUMN` and infers its schema.
 * @throws DataError when there is no such file, no such column, or nothing to learn.
 */
export function readPeopleData(file: string, target: string | undefined): PeopleData {
  const bytes = readBytes(file);
  const name = basename(file).toLowerCase().endsWith('.csv')
    ? basename(file)
    : `${basename(file)}.csv`;
  const text = bytes.toString('utf8');
  if (target === undefined) {
    const header = text.slice(0, text.indexOf('\n')).trim();
    throw new DataError(
      '--data needs --target.',
      'The model must know which column to predict.',
      `Give --target one of: ${header}.`,
    );
  }
  const written = { file: `data/${name}`, target };
  return { written, schema: inferSchema(text, written.file, target), bytes };
}

/**
 * The columns of a CSV file, to choose the target from.
 * @throws DataError when there is no such file, or it is no table.
 */
export function readPeopleColumns(file: string): readonly InferredColumn[] {
  return inferColumns(readBytes(file).toString('utf8'), basename(file));
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new DataError(
      `${file} cannot be read.`,
      `${(error as Error).message}.`,
      'Give --data the path of a CSV file.',
    );
  }
}
