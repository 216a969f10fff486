import { z } from 'zod';
import type { Regime } from './regimes';

/** Who may call: AWS principals that sign their requests, or people with a token of a Cognito user pool. */
export const apiAuthorisations = ['iam', 'cognito'] as const;
/** Who sets the role by which API Gateway writes logs: one for all APIs of an account and region. */
export const apiGatewayLogRoles = ['existing', 'managed'] as const;

/**
 * AWS's limits that an API in front of an endpoint can break. Source: the quotas of API Gateway, Lambda, AWS WAF and
 * DynamoDB, as of 2026-11.
 */
export const apiLimits = {
  /** API Gateway ends an integration after this time; in seconds. */
  integrationSeconds: 29,
  /** Body of a request that API Gateway takes; in megabytes. */
  payloadMegabytes: 10,
  /** The event of a synchronous invocation of Lambda, which holds the body as escaped text; in megabytes. */
  lambdaEventMegabytes: 6,
  /** What AWS WAF looks at of a body in front of API Gateway, at most; in kilobytes. It is configured in steps of 16. */
  inspectedKilobytes: 64,
  /** Range of API Gateway's own cache, kept for ours; in seconds. */
  cacheSeconds: { min: 0, max: 3600 },
  /** Requests per second and at once of all APIs of an account and region. */
  accountRate: 10_000,
  accountBurst: 5000,
  /** All environment variables of a function together; in bytes. */
  functionVariableBytes: 4096,
  /** Certificates and firewalls of CloudFront are looked for here alone. */
  cloudFrontRegion: 'us-east-1',
} as const;

/** What is left to our own code and the network of the integration's time; in seconds. */
export const apiOverheadSeconds = 1;
/** Longest that a caller can wait for a prediction; in seconds. */
export const longestApiTimeout = apiLimits.integrationSeconds - apiOverheadSeconds;
/** Largest body that fits into Lambda's event when every second character is escaped, with room for headers. */
export const largestApiBodyKilobytes = 2560;
/** Fallback and origins are told to the function beside its other settings; in bytes, as JSON. */
export const longestApiTexts = 2560;
/** How long an answer may be given again while the endpoint is unhealthy; in seconds. Ours: a day. */
export const apiStaleSeconds = 86_400;

const certificateArn = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/;
const userPoolArn = /^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool\/[\w-]+$/;

const cloudFrontSchema = z
  .strictObject({
    domain: z
      .string()
      .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'is no domain name')
      .describe('Name under which CloudFront answers; its certificate is yours.'),
    certificateArn: z
      .string()
      .regex(certificateArn, 'is no ARN of a certificate')
      .describe('ACM certificate of the domain, in us-east-1.'),
  })
  .describe('CloudFront before GET /predictions/{entityId}/{version}. Default: none.');

export const apiSchema = z.strictObject({
  auth: z
    .enum(apiAuthorisations)
    .optional()
    .describe('Who may call: iam (signed requests) or cognito (tokens). Default: iam.'),
  userPoolArn: z
    .string()
    .regex(userPoolArn, 'is no ARN of a Cognito user pool')
    .optional()
    .describe('The Cognito user pool whose tokens are taken. Default: none.'),
  rate: z.number().min(1).optional().describe('Requests per second, steadily. Default: 50.'),
  burst: z
    .int()
    .min(1)
    .optional()
    .describe('Requests at once. Default: twice the rate, 5000 at most.'),
  quota: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Requests a day of each API key; callers then send x-api-key. Default: no quota, no keys.',
    ),
  timeout: z
    .number()
    .min(0.1)
    .optional()
    .describe(
      'Seconds that a caller waits for a prediction, at most, retries included. Default: 10.',
    ),
  fallback: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), z.number())]),
    )
    .optional()
    .describe(
      'Prediction that is given for every row while the endpoint is unhealthy and no earlier answer is known. Default: none, which is a 503.',
    ),
  cacheSeconds: z
    .int()
    .optional()
    .describe(
      'Seconds for which the same body gets the same answer; 0: never, not while the endpoint is unhealthy either. Default: 300.',
    ),
  bodyKilobytes: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Largest body. Up to 64 AWS WAF looks at all of it, and above at the first 64. Default: 64.',
    ),
  corsOrigins: z
    .array(z.string())
    .optional()
    .describe('Web origins whose pages may call, e.g. https://app.acme.example. Default: none.'),
  results: z
    .boolean()
    .optional()
    .describe(
      'Whether predictions are kept by entity: POST /predictions/{entityId}, GET /predictions/{entityId}/{version}. Default: false.',
    ),
  resultDays: z
    .int()
    .min(1)
    .max(3650)
    .optional()
    .describe('Days for which a prediction is kept. Default: 90.'),
  cloudFront: cloudFrontSchema.optional(),
  tracing: z
    .boolean()
    .optional()
    .describe('Whether AWS X-Ray traces requests. Default: false, and true under HIPAA.'),
});

/** Part of an endpoint's settings. */
export const apiFields = {
  api: z
    .union([z.boolean(), apiSchema])
    .optional()
    .describe('An API in front of the endpoint, with a firewall and limits. Default: false.'),
};

/** Part of an environment's settings. */
export const apiEnvironmentFields = {
  apiGatewayLogRole: z
    .enum(apiGatewayLogRoles)
    .optional()
    .describe(
      "Role by which API Gateway writes logs, one for an account and region: existing (it is set) or managed (this environment's stack sets it, for all). Default: existing.",
    ),
};

export type ApiAuthorisation = (typeof apiAuthorisations)[number];
export type ApiGatewayLogRole = (typeof apiGatewayLogRoles)[number];
type WrittenApi = z.infer<typeof apiSchema>;

/** The front door of an endpoint with every default filled. */
export interface ApiSettings {
  readonly auth: ApiAuthorisation;
  readonly userPoolArn?: string;
  /** Requests per second. */
  readonly rate: number;
  /** Requests at once. */
  readonly burst: number;
  /** Requests a day of each API key; absent: callers need none. */
  readonly quota?: number;
  /** Seconds. */
  readonly timeout: number;
  /** The prediction for one row. */
  readonly fallback?: Readonly<Record<string, unknown>>;
  readonly cacheSeconds: number;
  readonly bodyKilobytes: number;
  readonly corsOrigins: readonly string[];
  readonly results: boolean;
  readonly resultDays: number;
  readonly cloudFront?: { readonly domain: string; readonly certificateArn: string };
  readonly tracing: boolean;
}

export const defaultApi = {
  auth: 'iam',
  rate: 50,
  timeout: 10,
  cacheSeconds: 300,
  bodyKilobytes: apiLimits.inspectedKilobytes,
  corsOrigins: [],
  results: false,
  resultDays: 90,
} satisfies Partial<ApiSettings>;

/**
 * Fills the defaults of what was written under `endpoint.api`; undefined where there is no front door.
 * @param compliance regimes that bind the repository
 */
export function apiSettings(
  written: boolean | WrittenApi | undefined,
  compliance: readonly Regime[] = [],
): ApiSettings | undefined {
  if (!written) return undefined;
  const api: WrittenApi = written === true ? {} : written;
  const rate = api.rate ?? defaultApi.rate;
  const burst = api.burst ?? Math.min(Math.ceil(2 * rate), apiLimits.accountBurst);
  // 45 CFR 164.312(b), audit controls: cdk-nag's pack asks for traces of an API.
  const tracing = api.tracing ?? compliance.includes('hipaa');
  return { ...defaultApi, ...api, rate, burst, tracing };
}
