import { z } from 'zod';

/** What the server does with numbers outside the range that training has seen. */
export const outOfRangePolicies = ['accept', 'warn', 'refuse'] as const;

/** Settings of the inference server, part of an endpoint's. */
export const serverFields = {
  cache: z
    .union([
      z.boolean(),
      z.strictObject({
        megabytes: z
          .number()
          .positive()
          .max(16_384)
          .optional()
          .describe('Size of the cache of each process. Default: 64.'),
        seconds: z
          .number()
          .positive()
          .max(86_400)
          .optional()
          .describe('Age at which a response is dropped. Default: 300.'),
      }),
    ])
    .optional()
    .describe('Whether bodies that were seen before are answered from memory. Default: false.'),
  outOfRange: z
    .enum(outOfRangePolicies)
    .optional()
    .describe(
      'What happens to numbers outside the range seen in training: accept, answer with a warning, or refuse. Default: warn.',
    ),
  humanReviewBelow: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'Confidence (share of the most probable class) below which a prediction is marked for human review. Default: 0, never.',
    ),
};

/** As people write them. */
type WrittenServer = z.infer<z.ZodObject<typeof serverFields>>;

export type OutOfRangePolicy = (typeof outOfRangePolicies)[number];

/** The server's settings with every default filled. */
export interface ServerSettings {
  /** Absent where nothing is cached. */
  readonly cache?: { readonly megabytes: number; readonly seconds: number };
  readonly outOfRange: OutOfRangePolicy;
  readonly humanReviewBelow: number;
}

/** 64 MB of responses of a few hundred bytes are about 100,000 of them. */
export const defaultCache = { megabytes: 64, seconds: 300 } as const;

/** Fills the defaults of what was written under `endpoint`. */
export function serverSettings(written: WrittenServer): ServerSettings {
  const { cache } = written;
  return {
    ...(cache ? { cache: { ...defaultCache, ...(cache === true ? {} : cache) } } : {}),
    outOfRange: written.outOfRange ?? 'warn',
    humanReviewBelow: written.humanReviewBelow ?? 0,
  };
}

/** The environment variables by which the server is told (ml_runtime/serving/settings.py). */
export function serverEnvironment(settings: ServerSettings): Record<string, string> {
  return {
    ML_RUNTIME_OUT_OF_RANGE: settings.outOfRange,
    ...(settings.humanReviewBelow
      ? { ML_RUNTIME_REVIEW_BELOW: String(settings.humanReviewBelow) }
      : {}),
    ...(settings.cache
      ? {
          ML_RUNTIME_CACHE_MEGABYTES: String(settings.cache.megabytes),
          ML_RUNTIME_CACHE_SECONDS: String(settings.cache.seconds),
        }
      : {}),
  };
}
