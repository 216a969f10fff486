import { z } from 'zod';

/**
 * What a model has, on which it depends whether a step or an input is there: data of its own, a search,
 * or a program of people's own in place of our runtime's training and server.
 */
export const stepOptions = ['data', 'tuning', 'program'] as const;
/** Steps that run a command of the runtime on one machine: processing jobs on SageMaker. */
export const processingKinds = [
  'validate',
  'prepare',
  'optimise',
  'evaluate',
  'bias',
  'explain',
  'baseline',
] as const;

/** A pipeline parameter's name; SageMaker's pattern for names of parameters and steps. */
const name = z.string().regex(/^[A-Za-z0-9\-_]{1,64}$/);
/** A folder of the container layout, relative to its root (/opt/ml in a training job). */
const path = z.string().regex(/^[a-z]+(\/[a-z]+)*$/);
const when = z.enum(stepOptions);

const parameterSchema = z.strictObject({
  name,
  type: z.enum(['String', 'Integer', 'Float', 'Boolean']),
  /** Without one an execution must name the value. */
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  description: z.string(),
});

/**
 * SageMaker's retry policy. Limits: at most 20 attempts, at most 43,200 s between two
 * (developer guide, "Retry Policy for Pipeline Steps"). A local process has none of these faults: the runner does not retry.
 */
const retryPolicySchema = z.strictObject({
  exceptionTypes: z
    .array(
      z.enum([
        'Step.SERVICE_FAULT',
        'Step.THROTTLING',
        'SageMaker.JOB_INTERNAL_ERROR',
        'SageMaker.CAPACITY_ERROR',
        'SageMaker.RESOURCE_LIMIT',
      ]),
    )
    .min(1),
  intervalSeconds: z.int().min(1).max(43_200),
  backoffRate: z.number().min(1),
  maxAttempts: z.int().min(1).max(20),
});

/** A model's folder, which is one packed file, model.tar.gz, outside a container. */
const artifact = z.literal(true).optional();
const inputSchema = z.union([
  /** What an earlier step wrote. */
  z.strictObject({ name, step: name, output: name, path, artifact }),
  /** A version of the raw data: `<model>/raw/<DataVersion>/` in the data bucket. */
  z.strictObject({ name, bucket: z.literal('data'), path, when: when.optional() }),
]);
const outputSchema = z.strictObject({ name, path, artifact });
/** A JSON file in an output, which a gate reads. Its name is unique in the graph. */
const reportSchema = z.strictObject({ name, output: name, file: z.string() });

const common = { name, after: z.array(name) };
const job = {
  ...common,
  when: when.optional(),
  /** Not there in a model that has this: what reads from it then reads what it read itself. */
  unless: when.optional(),
  /** `python -m ml_runtime <command> --root <layout>` */
  command: z.array(z.string()).min(1),
  inputs: z.array(inputSchema),
  outputs: z.array(outputSchema).min(1),
  report: reportSchema.optional(),
  /** Names of the graph's retry policies. */
  retry: z.array(z.string()),
  /** For how long the result of the same inputs counts, as an ISO 8601 duration. */
  cache: z
    .string()
    .regex(/^P(\d+D|T\d+H)$/)
    .optional(),
};

const gateSchema = z.strictObject({
  ...common,
  kind: z.literal('gate'),
  /** All must hold. */
  conditions: z
    .array(
      z.strictObject({
        operator: z.enum([
          'Equals',
          'GreaterThan',
          'GreaterThanOrEqualTo',
          'LessThan',
          'LessThanOrEqualTo',
        ]),
        left: z.strictObject({ report: name, path: z.string().regex(/^\w+(\.\w+)*$/) }),
        right: z.union([
          z.strictObject({ parameter: name }),
          z.strictObject({ value: z.union([z.number(), z.string(), z.boolean()]) }),
        ]),
      }),
    )
    .min(1),
  /** The step that fails the execution; `{Parameter}` in its message stands for the parameter's value. */
  otherwise: z.strictObject({ name, message: z.string().min(1).max(1024) }),
});

const registerSchema = z.strictObject({
  ...common,
  kind: z.literal('register'),
  inputs: z.array(inputSchema),
  approval: z.enum(['PendingManualApproval', 'Approved']),
  retry: z.array(z.string()),
});

export const stepSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...job, kind: z.enum(processingKinds) }),
  z.strictObject({ ...job, kind: z.literal('train') }),
  z.strictObject({ ...job, kind: z.literal('tune') }),
  gateSchema,
  registerSchema,
]);

/** The training pipeline as JSON: the same file is read by the CDK construct and by the local runner. */
export const stepGraphSchema = z.strictObject({
  version: z.literal(1),
  parameters: z.array(parameterSchema),
  retryPolicies: z.record(z.string(), retryPolicySchema),
  /** In an order in which they can run. */
  steps: z.array(stepSchema).min(1),
});

type Deep<T> = T extends object ? { readonly [Key in keyof T]: Deep<T[Key]> } : T;
export type StepGraph = Deep<z.infer<typeof stepGraphSchema>>;
export type Step = StepGraph['steps'][number];
export type Gate = Extract<Step, { kind: 'gate' }>;
export type Registration = Extract<Step, { kind: 'register' }>;
/** A step that runs a command of the runtime. */
export type JobStep = Exclude<Step, Gate | Registration>;
export type StepInput = JobStep['inputs'][number];
export type StepOption = (typeof stepOptions)[number];
