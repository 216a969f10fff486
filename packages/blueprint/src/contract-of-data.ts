import type { DataContract } from '@wa-ml/config';
import type { ColumnType, InferredColumn } from './infer-schema';

/** Glue's words for what was inferred. */
const types: Readonly<Record<ColumnType, DataContract['columns'][number]['type']>> = {
  float: 'double',
  integer: 'bigint',
  boolean: 'boolean',
  string: 'string',
};

/**
 * The contract that data itself suggests: the columns' types, where values may be missing, and the categories.
 * What a range is, which columns name a row and which are personal, its people know.
 */
export function contractOf(columns: readonly InferredColumn[]): DataContract {
  return {
    version: 1,
    maxRejectedShare: 0.01,
    maxDuplicateShare: 0.05,
    columns: columns.map(({ name, type, missing, categories }) => ({
      name,
      type: types[type],
      ...(missing > 0 ? { nullable: true } : {}),
      ...(categories ? { allowed: [...categories].sort() } : {}),
    })),
  };
}
