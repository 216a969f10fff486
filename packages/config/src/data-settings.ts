import { z } from 'zod';
import { limits } from './limits';

/** Formats in which datasets are delivered, in Glue's own words; `json` is one object a line. */
export const deliveryFormats = ['csv', 'json'] as const;
/** Folders of the data bucket that the data pipeline writes and reads, in the order of the data. */
export const dataStages = ['raw', 'validated', 'quarantine', 'quality', 'curated'] as const;

/** CloudWatch namespace of the quality metrics; its dimension Dataset is `<repo>-<dataset>-<environment>`. */
export const dataMetricsNamespace = 'WaMl/DataPipeline';

export const datasetSchema = z
  .strictObject({
    format: z
      .enum(deliveryFormats)
      .optional()
      .describe(
        'How files are delivered: csv with a header line, or json with one object a line. Default: csv.',
      ),
    models: z
      .array(z.string())
      .optional()
      .describe(
        'Models that learn from this dataset: each is trained again when new data has passed. Default: none.',
      ),
    workers: z
      .int()
      .min(2)
      .max(299)
      .optional()
      .describe(
        'Most Glue workers (G.1X: 4 vCPUs, 16 GB) of a job; auto scaling takes fewer. Default: 4.',
      ),
  })
  .describe('One dataset: what is delivered below raw/<dataset>/ in the data bucket.');

export const dataSchema = z
  .strictObject({
    pipeline: z
      .boolean()
      .optional()
      .describe(
        'Whether what is delivered is validated, cleaned and trained on by itself. Default: false.',
      ),
    datasets: z
      .record(
        z
          .string()
          .regex(
            limits.datasetName.pattern,
            'is no dataset name: lower-case letters, digits and underscores, a letter first',
          )
          .max(
            limits.datasetName.maxLength,
            `is longer than ${limits.datasetName.maxLength} characters`,
          ),
        datasetSchema,
      )
      .optional()
      .describe(
        'Datasets of the pipeline by name, which is also the name of their table. Default: one for each model with data of its own.',
      ),
  })
  .describe('How data comes in.');

type WrittenData = z.infer<typeof dataSchema>;
export type WrittenDataset = z.infer<typeof datasetSchema>;
export type DeliveryFormat = (typeof deliveryFormats)[number];

/** A dataset with every default filled. */
export interface Dataset {
  readonly name: string;
  readonly format: DeliveryFormat;
  readonly models: readonly string[];
  readonly workers: number;
}

export interface DataSettings {
  /** By name, in the order of the file; absent where there is no data pipeline. */
  readonly pipeline?: { readonly datasets: Readonly<Record<string, Dataset>> };
}

/** Two DPU-hours at most for a job of an hour, whatever is delivered. */
const defaultWorkers = 4;

/** The dataset that the pipeline makes of a model where none is named; tables have no hyphens. */
export const datasetOf = (model: string): string => model.replaceAll('-', '_');

/** Fills the defaults of what was written under `data`. @param models those with data of their own, by name. */
export function normaliseData(
  written: WrittenData | undefined,
  models: readonly string[],
): DataSettings {
  if (!written?.pipeline) return {};
  const datasets: Readonly<Record<string, WrittenDataset>> =
    written.datasets ??
    Object.fromEntries(models.map((model) => [datasetOf(model), { models: [model] }]));
  return {
    pipeline: {
      datasets: Object.fromEntries(
        Object.entries(datasets).map(([name, { format, models: trained, workers }]) => [
          name,
          {
            name,
            format: format ?? 'csv',
            models: trained ?? [],
            workers: workers ?? defaultWorkers,
          },
        ]),
      ),
    },
  };
}

/** The datasets of a configuration, none where there is no data pipeline. */
export const datasetsOf = (configuration: { readonly data: DataSettings }): readonly Dataset[] =>
  Object.values(configuration.data.pipeline?.datasets ?? {});

/** The dataset that a model learns from, where the data pipeline brings it one. */
export const datasetFor = (
  configuration: { readonly data: DataSettings },
  model: string,
): Dataset | undefined => datasetsOf(configuration).find(({ models }) => models.includes(model));

/** Whether the data pipeline runs in an environment: where training does, since nothing else reads what it writes. */
export const runsDataPipeline = (
  configuration: { readonly data: DataSettings; readonly trainingEnvironment: string },
  environment: string,
): boolean =>
  configuration.data.pipeline !== undefined && configuration.trainingEnvironment === environment;

/** Where the contract of a dataset lies in a generated repository. */
export const contractPath = (dataset: string): string => `pipelines/data/contracts/${dataset}.json`;
