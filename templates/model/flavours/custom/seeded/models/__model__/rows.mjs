// From a row to the numbers that the model multiplies: the same code in training and in serving.
// What it learns from the training rows (means, deviations) lies in the model.

/** Reads CSV as RFC 4180 has it. Returns one object for each row: column name to text. */
export function readCsv(text) {
  const cells = [];
  let row = [];
  // A cell with what ends it; a quoted one may hold commas and line ends, and "" for a quote.
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') cells.push(row);
    row = [];
  }
  const [header, ...rows] = cells;
  return rows.map((values) =>
    Object.fromEntries(header.map((name, place) => [name, values[place]])),
  );
}

/** Learns from the training rows how each input becomes numbers. `inputs` is the schema's. */
export function describeInputs(rows, inputs) {
  return inputs.map(({ name, type, categories, required }) => {
    if (type === 'string' && categories) return { name, categories, required };
    if (!['double', 'long', 'boolean'].includes(type))
      throw new Error(`this program reads numbers and categories, and "${name}" is a ${type}`);
    const values = rows
      .map((row) => row[name])
      .filter((value) => value !== '')
      .map(Number);
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      name,
      required,
      mean,
      deviation: Math.sqrt(squares / Math.max(1, values.length)) || 1,
    };
  });
}

/**
 * The numbers of one row, and 1 at the end for the constant term. A missing number counts as the mean;
 * a missing or unknown category as none of them.
 */
export function numbersOf(row, inputs) {
  const numbers = inputs.flatMap(({ name, categories, mean, deviation }) => {
    const value = row[name];
    if (categories) return categories.map((category) => (category === value ? 1 : 0));
    return isMissing(value) ? [0] : [(Number(value) - mean) / deviation];
  });
  return [...numbers, 1];
}

/** What is wrong with a row of a request, or nothing. */
export function problemOf(row, inputs) {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    return 'a row is an object with a value for each column';
  for (const { name, categories, required } of inputs) {
    const value = row[name];
    if (isMissing(value)) {
      if (required) return `"${name}" is missing`;
    } else if (categories ? typeof value !== 'string' : !isNumber(value)) {
      return `"${name}" is no ${categories ? 'text' : 'number'}`;
    }
  }
  return undefined;
}

const isMissing = (value) => value === undefined || value === null || value === '';
const isNumber = (value) =>
  typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
