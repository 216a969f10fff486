import { z } from 'zod';
import { defaultRollout } from './endpoint-rollouts';
import { endpointTypes, rollouts, type EndpointType, type Rollout } from './endpoint-types';
import { limits } from './limits';

/** Serverless memory and concurrency. Source: ProductionVariantServerlessConfig, CreateEndpointConfig API reference. */
export const serverlessLimits = {
  memoryMb: { min: 1024, max: 6144, step: 1024 },
  concurrency: { min: 1, max: 200 },
} as const;
/** "Two to fifteen containers": CreateModel API reference. */
export const pipelineContainers = { min: 2, max: 15 } as const;

/** EventBridge Scheduler and Application Auto Scaling write it the same way: six fields. */
const cron = z
  .string()
  .regex(/^cron\(\S+( \S+){5}\)$/, 'is no cron(minutes hours day month weekday year)');
const { memoryMb, concurrency } = serverlessLimits;

/** What is served how: part of `endpoint` in wa-ml.json. */
export const endpointTypeFields = {
  type: z
    .enum(endpointTypes)
    .optional()
    .describe(
      'How the model is served. realtime, inferencePipeline (2 to 15 containers) and multiModel are billed by the hour; serverless by the request; asynchronous and batchTransform while there is work. Default: realtime.',
    ),
  rollout: z
    .enum(rollouts)
    .optional()
    .describe(
      'How a new version takes over the traffic. canary and linear pay for a second fleet during the release, rolling for half of one at most, ab and shadow for as long as the second model is there; all-at-once for a few minutes. docs/endpoints.md says which type has which. Default: canary, and all-at-once for serverless and batchTransform.',
    ),
  memoryMb: z
    .int()
    .min(memoryMb.min)
    .max(memoryMb.max)
    .multipleOf(memoryMb.step, `is no whole number of gigabytes (${memoryMb.step} MB)`)
    .optional()
    .describe(
      'Memory of a serverless endpoint in MB, 1024 to 6144 in steps of 1024; the price of a request grows with it. Default: 2048.',
    ),
  maxConcurrency: z
    .int()
    .min(concurrency.min)
    .max(concurrency.max)
    .optional()
    .describe('Requests that a serverless endpoint answers at once, at most 200. Default: 10.'),
  provisionedConcurrency: z
    .int()
    .min(concurrency.min)
    .max(concurrency.max)
    .optional()
    .describe(
      'Serverless capacity that is kept warm, and paid for by the hour: no cold starts up to it. Default: none.',
    ),
  backlogPerInstance: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Waiting requests per instance that asynchronous scaling aims at. Default: 5.'),
  batchSchedule: cron
    .optional()
    .describe(
      "When batch transform runs, in the time zone of the environment. Default: cron(0 3 * * ? *), when capacity is cheapest to get and nobody's request waits.",
    ),
  containers: z
    .array(
      z
        .string()
        .regex(limits.sageMakerName.pattern, 'is no container host name')
        .max(limits.sageMakerName.maxLength),
    )
    .min(pipelineContainers.min)
    .max(pipelineContainers.max)
    .optional()
    .describe(
      'Host names of the containers of an inference pipeline, in the order of the requests: 2 to 15.',
    ),
  loadedModels: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe(
      'Models that a multi-model endpoint is expected to have in memory; an alarm tells of more. Default: 50.',
    ),
  scheduledScaling: z
    .array(
      z.strictObject({
        at: cron.describe('When, in the time zone of the environment.'),
        min: z.int().min(0).max(100).describe('Fewest instances from then on.'),
        max: z.int().min(1).max(100).describe('Most instances from then on.'),
      }),
    )
    .max(20)
    .optional()
    .describe(
      'Changes of the range of the fleet at known times, before a peak. More instances cost from that time on. Default: none.',
    ),
};

/** As people write it. */
type WrittenType = z.infer<z.ZodObject<typeof endpointTypeFields>>;

export interface ScheduledScaling {
  readonly at: string;
  readonly min: number;
  readonly max: number;
}

/** The type, the rollout and what belongs to that type only, with every default filled. */
export interface EndpointTypeSettings {
  readonly type: EndpointType;
  /** What was asked for; `effectiveRollout` says what SageMaker can do with the fleet at hand. */
  readonly rollout: Rollout;
  /** Only serverless. */
  readonly serverless?: {
    readonly memoryMb: number;
    readonly maxConcurrency: number;
    readonly provisionedConcurrency?: number;
  };
  /** Only asynchronous. */
  readonly backlogPerInstance?: number;
  /** Only batch transform. */
  readonly batchSchedule?: string;
  /** Only an inference pipeline. */
  readonly containers?: readonly string[];
  /** Only multi-model. */
  readonly loadedModels?: number;
  readonly scheduledScaling: readonly ScheduledScaling[];
}

/** What is filled in for each type; sizes are ours: small, because growing is a line of wa-ml.json. */
const byType: Readonly<
  Record<
    EndpointType,
    (written: WrittenType) => Omit<EndpointTypeSettings, 'type' | 'rollout' | 'scheduledScaling'>
  >
> = {
  realtime: () => ({}),
  serverless: ({ memoryMb: memory, maxConcurrency, provisionedConcurrency }) => ({
    serverless: {
      memoryMb: memory ?? 2048,
      maxConcurrency: maxConcurrency ?? Math.max(10, provisionedConcurrency ?? 0),
      ...(provisionedConcurrency === undefined ? {} : { provisionedConcurrency }),
    },
  }),
  asynchronous: ({ backlogPerInstance }) => ({ backlogPerInstance: backlogPerInstance ?? 5 }),
  batchTransform: ({ batchSchedule }) => ({ batchSchedule: batchSchedule ?? 'cron(0 3 * * ? *)' }),
  inferencePipeline: ({ containers }) => ({ containers: containers ?? [] }),
  multiModel: ({ loadedModels }) => ({ loadedModels: loadedModels ?? 50 }),
};

/** Fills the defaults of what was written under `endpoint`. */
export function endpointTypeSettings(written: WrittenType): EndpointTypeSettings {
  const type = written.type ?? 'realtime';
  return {
    type,
    rollout: written.rollout ?? defaultRollout(type),
    ...byType[type](written),
    scheduledScaling: written.scheduledScaling ?? [],
  };
}
