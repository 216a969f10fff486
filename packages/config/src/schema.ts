import { z } from 'zod';
import { complianceSchema } from './compliance-settings';
import { environmentFields } from './environment-settings';
import { apiEnvironmentFields, apiFields } from './api-settings';
import { dataSchema } from './data-settings';
import { flavours } from './flavours';
import { instanceTypeSchema } from './instances';
import { endpointTypeFields } from './endpoint-settings';
import { limits } from './limits';
import { scheduleSchema } from './schedule-settings';
import { serverFields } from './server-settings';
import { tuningSchema } from './tuning';
import { workingHoursSchema } from './working-hours-settings';

/** The tiers that policies hang on; an environment's name means nothing. */
export const tiers = ['development', 'staging', 'production'] as const;
export const strategies = ['single', 'ddp', 'fsdp'] as const;
export const precisions = ['fp32', 'bf16', 'fp16'] as const;
/** Where training gets its machines from; a job has exactly one. */
export const capacities = ['spot', 'warmPool', 'onDemand'] as const;
export const quantisations = ['none', 'dynamic', 'static', 'int8'] as const;

const namePart = (what: string) =>
  z
    .string()
    .regex(
      limits.namePart.pattern,
      `is no ${what} name: lower-case letters, digits and single hyphens, a letter first`,
    )
    .max(limits.namePart.maxLength, `is longer than ${limits.namePart.maxLength} characters`);

/** The most is ours: a slip of three zeros should not pass for a budget. */
const monthlyUsd = z.number().min(1).max(1_000_000).optional();

const imageByDigest = z
  .string()
  .regex(limits.imageByDigest, 'is no image by digest (name@sha256:<64 hexadecimal digits>)');

export const trainingSchema = z
  .strictObject({
    instanceType: instanceTypeSchema
      .optional()
      .describe('SageMaker training instance type. Default: ml.m5.xlarge.'),
    instances: z.int().min(1).max(32).optional().describe('Number of training hosts. Default: 1.'),
    strategy: z
      .enum(strategies)
      .optional()
      .describe(
        'How the work is spread over processes: single (one), ddp (a replica in each) or fsdp (a part of the model in each). Default: ddp, and single for xgboost and sklearn; custom has none.',
      ),
    precision: z
      .enum(precisions)
      .optional()
      .describe(
        'Numeric precision of the forward pass. Default: bf16, or fp16 on GPUs that only emulate bf16, and fp32 for xgboost and sklearn; custom has none.',
      ),
    hyperparameters: z
      .record(
        z.string().regex(limits.hyperparameter.name, 'is no name of a hyperparameter'),
        z.union([
          z.number(),
          z.boolean(),
          z
            .string()
            .regex(
              limits.hyperparameter.text,
              'has characters other than letters, digits, _ . + -',
            ),
        ]),
      )
      .optional()
      .describe(
        'What else the model or the training loop is told, such as "epochs": 50. Default: what model.py says.',
      ),
    capacity: z
      .enum(capacities)
      .optional()
      .describe(
        'Spot: up to 90 % cheaper, interrupted at any time, resumes from its checkpoint. Warm pool: kept, and paid for, half an hour after a job, so that the next one starts at once. Default: spot outside production, onDemand there.',
      ),
    schedule: scheduleSchema.optional(),
  })
  .describe('How the model is trained.');

export const endpointSchema = z
  .strictObject({
    instanceType: instanceTypeSchema
      .optional()
      .describe(
        'SageMaker hosting instance type. Default: ml.m5.large in development, ml.m5.xlarge elsewhere.',
      ),
    min: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe(
        'Fewest instances, or those of a batch job. Default: 2 in production and critical environments, 1 elsewhere; 0 for asynchronous, 1 for batchTransform.',
      ),
    max: z.int().min(1).max(100).optional().describe('Most instances. Default: 4.'),
    budgetUsd: monthlyUsd.describe(
      'Monthly budget of the production endpoint in US dollars; of another one where it stands in the settings of its environment. Default: 2000.',
    ),
    ...endpointTypeFields,
    ...serverFields,
    ...apiFields,
  })
  .describe('How the model is served.');

export const optimiseSchema = z
  .strictObject({
    quantise: z
      .enum(quantisations)
      .optional()
      .describe('Which int8 forms are tried; int8 tries dynamic and static. Default: int8.'),
    prune: z
      .number()
      .min(0)
      .max(0.9)
      .optional()
      .describe('Share of the hidden units of dense layers to take out. Default: 0.'),
    maxAccuracyDrop: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'Largest loss of accuracy (R squared in a regression) on the validation channel, as a share. Default: 0.005.',
      ),
    minLatencyReduction: z
      .number()
      .min(0)
      .max(0.99)
      .optional()
      .describe(
        'Smallest share by which the median latency must fall, else the plain model is kept. Default: 0.3.',
      ),
  })
  .describe('When a smaller form of the model is served instead of the plain one.');

const modelSettings = { training: trainingSchema.optional(), endpoint: endpointSchema.optional() };

export const dataFileSchema = z
  .strictObject({
    file: z
      .string()
      .regex(/^[^/\\].*\.csv$/i, 'is no relative path of a .csv file')
      .describe("The CSV file, relative to the model's folder; it is ignored by Git."),
    target: z.string().min(1).describe('Name of the column to predict.'),
  })
  .describe(
    "The people's own data; without it the model trains on a dataset that ships in a package.",
  );

export const modelSchema = z
  .strictObject({
    flavour: z
      .enum(flavours)
      .describe('What the model is made of; custom is a container of your own, in any language.'),
    data: dataFileSchema.optional(),
    ...modelSettings,
    tuning: tuningSchema.optional(),
    optimise: optimiseSchema.optional(),
    environments: z
      .record(z.string(), z.strictObject(modelSettings))
      .optional()
      .describe('Settings that differ in one environment, by its name.'),
  })
  .describe('One model: its code is in models/<name>/.');

export const environmentSchema = z
  .strictObject({
    tier: z.enum(tiers).describe('Which policies apply.'),
    account: z
      .string()
      .regex(limits.accountId, 'is no AWS account id (12 digits)')
      .describe('AWS account id.'),
    region: z
      .string()
      .regex(limits.region, 'is no AWS region')
      .describe('AWS region, e.g. eu-west-1.'),
    budgetUsd: monthlyUsd.describe(
      'Monthly budget in US dollars. Default: 100 in development, 500 in staging, 4000 in production.',
    ),
    critical: z
      .boolean()
      .optional()
      .describe('Recovery within an hour, and at least two instances. Default: false.'),
    ...environmentFields,
    ...apiEnvironmentFields,
    workingHours: workingHoursSchema,
  })
  .describe('One deployment target.');

/** wa-ml.json as people write it: small, every default left out. */
export const configurationSchema = z
  .strictObject({
    $schema: z.string().optional().describe('JSON Schema of this file, for completion in editors.'),
    name: namePart('repository').describe(
      'Name of the repository; part of the name of every AWS resource.',
    ),
    owner: z
      .email('is no e-mail address')
      .describe('E-mail address that budgets and alarms notify.'),
    ci: z.enum(['github']).optional().describe('Where CI and CD run. Default: github.'),
    compliance: complianceSchema,
    trainingEnvironment: z
      .string()
      .optional()
      .describe(
        'The environment that trains and registers; the others receive copies. Default: the first one.',
      ),
    baseImages: z
      .strictObject({ training: imageByDigest.optional(), inference: imageByDigest.optional() })
      .optional()
      .describe('Container base images by digest. Default: those of the versions table.'),
    environments: z
      .record(
        z
          .string()
          .regex(
            limits.environmentName.pattern,
            'is no environment name: lower-case letters and digits, a letter first',
          )
          .max(
            limits.environmentName.maxLength,
            `is longer than ${limits.environmentName.maxLength} characters`,
          ),
        environmentSchema,
      )
      .describe('Deployment targets by name, in the order of promotion.'),
    data: dataSchema.optional(),
    models: z.record(namePart('model'), modelSchema).describe('Models by name.'),
  })
  .describe('What this repository is. `npx projen` brings every file that we own in step with it.');

/** wa-ml.json as written. */
export type Configuration = z.infer<typeof configurationSchema>;
export type Tier = (typeof tiers)[number];
export type Strategy = (typeof strategies)[number];
export type Precision = (typeof precisions)[number];
export type Capacity = (typeof capacities)[number];
export type Quantisation = (typeof quantisations)[number];
export type DataFile = z.infer<typeof dataFileSchema>;
/** An endpoint's settings as people write them. */
export type WrittenEndpoint = z.infer<typeof endpointSchema>;
/** An environment as people write it. */
export type WrittenEnvironment = z.infer<typeof environmentSchema>;
