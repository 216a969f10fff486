import { z } from 'zod';
import { instanceTypeSchema } from './instances';
import { limits } from './limits';
import { serverFields } from './server-settings';

/** The tiers that policies hang on; an environment's name means nothing. */
export const tiers = ['development', 'staging', 'production'] as const;
/** Model flavours: what a model is made of and how it is seeded. */
export const flavours = ['pytorch-tabular'] as const;
export const strategies = ['single', 'ddp'] as const;
export const precisions = ['fp32', 'bf16'] as const;
export const rollouts = ['all-at-once', 'canary'] as const;

const namePart = (what: string) =>
  z
    .string()
    .regex(
      limits.namePart.pattern,
      `is no ${what} name: lower-case letters, digits and single hyphens, a letter first`,
    )
    .max(limits.namePart.maxLength, `is longer than ${limits.namePart.maxLength} characters`);

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
        'How the work is spread: one process, or DistributedDataParallel under torchrun. Default: ddp.',
      ),
    precision: z
      .enum(precisions)
      .optional()
      .describe('Numeric precision of the forward pass. Default: bf16.'),
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
      .min(1)
      .max(100)
      .optional()
      .describe(
        'Fewest instances. Default: 2 in production and critical environments, 1 elsewhere.',
      ),
    max: z.int().min(1).max(100).optional().describe('Most instances. Default: 4.'),
    rollout: z
      .enum(rollouts)
      .optional()
      .describe('How a new version takes over the traffic. Default: canary.'),
    ...serverFields,
  })
  .describe('How the model is served.');

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
    flavour: z.enum(flavours).describe('What the model is made of.'),
    data: dataFileSchema.optional(),
    ...modelSettings,
    budgetUsd: z
      .number()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Monthly budget of the production endpoint in US dollars. Default: 2000.'),
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
    budgetUsd: z
      .number()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe(
        'Monthly budget in US dollars. Default: 100 in development, 500 in staging, 4000 in production.',
      ),
    critical: z
      .boolean()
      .optional()
      .describe('Recovery within an hour, and at least two instances. Default: false.'),
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
    models: z.record(namePart('model'), modelSchema).describe('Models by name.'),
  })
  .describe('What this repository is. `npx projen` brings every file that we own in step with it.');

/** wa-ml.json as written. */
export type Configuration = z.infer<typeof configurationSchema>;
export type Tier = (typeof tiers)[number];
export type Flavour = (typeof flavours)[number];
export type Strategy = (typeof strategies)[number];
export type Precision = (typeof precisions)[number];
export type Rollout = (typeof rollouts)[number];
export type DataFile = z.infer<typeof dataFileSchema>;
/** An endpoint's settings as people write them. */
export type WrittenEndpoint = z.infer<typeof endpointSchema>;
/** An environment as people write it. */
export type WrittenEnvironment = z.infer<typeof environmentSchema>;
