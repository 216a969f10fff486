import { resolve } from 'node:path';
import type { GeneratorCallback, Tree } from '@nx/devkit';
import { contractOf, type InferredColumn } from '@wa-ml/blueprint';
import { contractPath, datasetsOf, InputError, type DeliveryFormat } from '@wa-ml/config';
import { formatReport, readPeopleColumns, withDatasets } from '@wa-ml/project';
import { configurationIn, requireModel, writeConfiguration } from '../../configuration-in-tree';
import { withReadableErrors } from '../../readable-errors';
import { keepTreeInStep } from '../sync/generator';

/** Options of `nx generate @wa-ml/nx:data-pipeline`; its schema is made from the schema of wa-ml.json. */
export interface DataPipelineGeneratorOptions {
  /** Name of the dataset: lower-case letters, digits and single underscores. */
  readonly name: string;
  /** @default 'csv' */
  readonly format?: DeliveryFormat;
  /** A model that learns from it. @default none */
  readonly model?: string;
  /** A CSV file, relative to the current folder, whose columns the contract begins with. @default the model's */
  readonly data?: string;
  /** Most Glue workers of a job. @default 4 */
  readonly workers?: number;
}

/**
 * Adds a dataset to the data pipeline in wa-ml.json, seeds its contract and brings the tree in step.
 * @throws ConfigurationError, DataError, InputError; the tree is then not written.
 */
export async function dataPipelineGenerator(
  tree: Tree,
  { name, format, model, data, workers }: DataPipelineGeneratorOptions,
): Promise<GeneratorCallback> {
  const before = configurationIn(tree);
  const known = datasetsOf(before.normalised);
  if (known.some((dataset) => dataset.name === name)) {
    throw new InputError({
      code: 'DATASET_EXISTS',
      what: `There is a dataset "${name}" already.`,
      why: 'Adding it again would change what wa-ml.json says of it.',
      next: 'Choose another name, or edit wa-ml.json.',
    });
  }
  if (model !== undefined) requireModel(before, model);
  const columns =
    data === undefined
      ? columnsOf(tree, model)
      : readPeopleColumns(resolve(process.env['INIT_CWD'] ?? tree.root, data));
  const dataset = {
    ...(format === undefined ? {} : { format }),
    ...(model === undefined ? {} : { models: [model] }),
    ...(workers === undefined ? {} : { workers }),
  };
  // Once one is named, all are: those of models with data of their own are written out.
  const standing = before.written.data?.datasets
    ? []
    : known.map((one): [string, object] => [one.name, { models: one.models }]);
  writeConfiguration(tree, withDatasets(before.text, [...standing, [name, dataset]]));
  const path = contractPath(name);
  if (!tree.exists(path))
    tree.write(path, `${JSON.stringify(contractOf(columns), undefined, 2)}\n`);
  const outcome = keepTreeInStep(tree);
  return () =>
    void process.stdout.write(
      `\n${formatReport(outcome)}Next: say in ${path} what a row is (uniqueKey), which columns are personal (pii) and which values may be; then npx nx test data-pipeline\n`,
    );
}

/** The columns of a model's own data, as its columns.json has them; none where there is none. */
function columnsOf(tree: Tree, model: string | undefined): readonly InferredColumn[] {
  const text = model === undefined ? null : tree.read(`models/${model}/columns.json`, 'utf8');
  if (text === null) return [];
  try {
    return (JSON.parse(text) as { columns: readonly InferredColumn[] }).columns;
  } catch (error) {
    throw new InputError({
      code: 'COLUMNS_INVALID',
      what: `models/${model}/columns.json is no JSON.`,
      why: String(error),
      next: 'Mend it, bring it back from Git, or give --data FILE.',
    });
  }
}

export default withReadableErrors(dataPipelineGenerator);
