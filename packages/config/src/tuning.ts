import { z } from 'zod';

/**
 * SageMaker's own words (HyperParameterTuningJobConfig). Hyperband reads the metric after each epoch, as training prints it.
 * Most jobs: 750 of every strategy, which only for Random can be raised (to 10,000). Most at a time: 10, which can be
 * raised to 100; the rest of an account's quotas is not known here (developer guide, "Resource Limits for Automatic
 * Model Tuning"; the API itself names no maximum).
 */
export const tuningStrategies = ['Bayesian', 'Random', 'Hyperband', 'Grid'] as const;
export const tuningScalings = ['Auto', 'Linear', 'Logarithmic', 'ReverseLogarithmic'] as const;

const scaling = z
  .enum(tuningScalings)
  .optional()
  .describe('On which scale the range is searched. Default: Auto.');
/** Limits of the same page: 30 values of a categorical parameter, 30 parameters of a job. */
const parameterSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('Continuous'), min: z.number(), max: z.number(), scaling }),
  z.strictObject({ type: z.literal('Integer'), min: z.int(), max: z.int(), scaling }),
  z.strictObject({
    type: z.literal('Categorical'),
    values: z
      .array(z.union([z.string().min(1).max(256), z.number(), z.boolean()]))
      .min(1)
      .max(30),
  }),
]);

export const tuningSchema = z
  .strictObject({
    strategy: z
      .enum(tuningStrategies)
      .optional()
      .describe('How the next candidates are chosen. Default: Bayesian.'),
    objective: z
      .strictObject({
        metric: z
          .string()
          .regex(/^[a-z][a-z0-9_]*$/, 'is no metric that training prints, e.g. validation_accuracy')
          .max(200)
          .describe('A metric of the validation channel as training prints it.'),
        type: z.enum(['Maximize', 'Minimize']).describe('Which way is better.'),
      })
      .describe('What makes one candidate better than another.'),
    maxJobs: z
      .int()
      .min(1)
      .max(750)
      .optional()
      .describe('Most training jobs of one search. Default: 20; with Grid, all combinations.'),
    maxParallelJobs: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe(
        'Training jobs at the same time; a Bayesian search learns less from more of them. Default: 2.',
      ),
    earlyStopping: z
      .enum(['Off', 'Auto'])
      .optional()
      .describe('Whether a job that falls behind the others is stopped. Default: Off.'),
    maxEpochs: z
      .int()
      .min(1)
      .max(20_000)
      .optional()
      .describe('Epochs of the longest job; with Hyperband only, which needs it.'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .optional()
      .describe('The same seed searches the same way. Default: 17.'),
    parameters: z
      .record(z.string().regex(/^[a-z][a-z0-9_]*$/, 'is no hyperparameter name'), parameterSchema)
      .describe('The hyperparameters to search, each with its range or its values.'),
  })
  .describe(
    'A search for hyperparameters before training: a SageMaker tuning job, or Optuna locally.',
  );

export type WrittenTuning = z.infer<typeof tuningSchema>;

export type TuningParameter =
  | {
      readonly type: 'Continuous' | 'Integer';
      readonly min: number;
      readonly max: number;
      readonly scaling: (typeof tuningScalings)[number];
    }
  /** Values as texts, which is what hyperparameters are. */
  | { readonly type: 'Categorical'; readonly values: readonly string[] };

/** A search with every default filled; models/<name>/settings.json holds it for the local search. */
export interface TuningSettings {
  readonly strategy: (typeof tuningStrategies)[number];
  readonly objective: { readonly metric: string; readonly type: 'Maximize' | 'Minimize' };
  readonly maxJobs: number;
  readonly maxParallelJobs: number;
  readonly earlyStopping: 'Off' | 'Auto';
  /** Only with Hyperband. */
  readonly maxEpochs?: number;
  readonly seed: number;
  readonly parameters: Readonly<Record<string, TuningParameter>>;
}

const defaultJobs = 20;

/** Fills every default of a search. */
export function normaliseTuning(written: WrittenTuning): TuningSettings {
  const parameters = Object.fromEntries(
    Object.entries(written.parameters).map(([name, parameter]): [string, TuningParameter] => [
      name,
      parameter.type === 'Categorical'
        ? { type: parameter.type, values: parameter.values.map(String) }
        : { ...parameter, scaling: parameter.scaling ?? 'Auto' },
    ]),
  );
  const strategy = written.strategy ?? 'Bayesian';
  return {
    strategy,
    objective: written.objective,
    maxJobs: written.maxJobs ?? (strategy === 'Grid' ? combinations(parameters) : defaultJobs),
    maxParallelJobs: written.maxParallelJobs ?? 2,
    earlyStopping: written.earlyStopping ?? 'Off',
    ...(written.maxEpochs === undefined ? {} : { maxEpochs: written.maxEpochs }),
    seed: written.seed ?? 17,
    parameters,
  };
}

/** Number of candidates of a grid; parameters with a range do not count, a rule refuses them. */
export function combinations(parameters: TuningSettings['parameters']): number {
  return Object.values(parameters).reduce(
    (product, parameter) =>
      parameter.type === 'Categorical' ? product * parameter.values.length : product,
    1,
  );
}
