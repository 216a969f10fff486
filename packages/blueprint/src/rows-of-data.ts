import type { FlavourParts } from './flavour-parts';
import { DataError, type InferredColumn, type InferredSchema } from './infer-schema';

/** What `models/<name>/columns.json` says of people's own data: its columns as the flavour sees them. */
export interface DescribedData extends Omit<InferredSchema, 'columns'> {
  readonly columns: readonly (InferredColumn | TextColumn | PixelsColumn)[];
}

interface TextColumn {
  readonly name: string;
  readonly type: 'text';
  readonly missing: number;
  /** Most characters of a text, in the data and in requests. */
  readonly maxLength: number;
}

/** All columns but the target, in their order: one square grey image in each row. */
interface PixelsColumn {
  readonly name: 'image';
  readonly type: 'pixels';
  readonly shape: readonly [height: number, width: number];
}

/** The largest value of a pixel of one byte. */
const brightest = 255;

/**
 * The columns as the flavour sees them.
 * @throws DataError where the data has nothing for it, such as a text.
 */
export const describedFor: Readonly<
  Record<FlavourParts['rows'], (schema: InferredSchema) => DescribedData>
> = {
  table: (schema) => schema,
  'plain-table': (schema) => schema,
  text: (schema) => {
    const texts = inputsOf(schema).filter(({ maxLength }) => maxLength !== undefined);
    const longest = texts.reduce<InferredColumn | undefined>(
      (best, one) => (one.maxLength! > (best?.maxLength ?? 0) ? one : best),
      undefined,
    );
    if (!longest) {
      throw new DataError(
        `${schema.file} has no column of text.`,
        'Its columns are numbers and categories, which a text model does not read.',
        'Choose the flavour xgboost, sklearn or pytorch-tabular, or give a file with a text in each row.',
      );
    }
    const text: TextColumn = {
      name: longest.name,
      type: 'text',
      missing: longest.missing,
      maxLength: 2 ** Math.ceil(Math.log2(longest.maxLength!)),
    };
    return { ...schema, columns: [text, targetOf(schema)] };
  },
  image: (schema) => {
    const pixels = inputsOf(schema);
    const side = Math.sqrt(pixels.length);
    const other = pixels.find(
      ({ type, missing, min, max }) =>
        type !== 'integer' || missing > 0 || min! < 0 || max! > brightest,
    );
    if (other || side < 2 || !Number.isInteger(side)) {
      throw new DataError(
        `${schema.file} holds no images.`,
        other
          ? `Its column "${other.name}" is not a whole number from 0 to ${brightest} in every row.`
          : `It has ${pixels.length} columns beside the target, which is no square of pixels.`,
        'Give a file with the target and one column for each pixel, row by row from the top left.',
      );
    }
    return {
      ...schema,
      columns: [{ name: 'image', type: 'pixels', shape: [side, side] }, targetOf(schema)],
    };
  },
};

const inputsOf = ({ columns, target }: InferredSchema): readonly InferredColumn[] =>
  columns.filter(({ name }) => name !== target);
const targetOf = ({ columns, target }: InferredSchema): InferredColumn =>
  columns.find(({ name }) => name === target)!;
