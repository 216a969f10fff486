/** When the endpoint counts as unhealthy, and when it is tried again. */
export interface CircuitSettings {
  /** Calls that are looked at; in milliseconds back from now. */
  readonly windowMilliseconds: number;
  /** Fewer calls than these say nothing. */
  readonly minimumCalls: number;
  /** Share of failed calls in the window that opens the circuit, above 0 to 1. */
  readonly failureShare: number;
  /** For how long nothing is sent before one call tries again; in milliseconds. */
  readonly openMilliseconds: number;
}

/** How many calls may be repeated: a bucket of tokens, of which a repeated call takes one. */
export interface RetrySettings {
  /** Calls of one request, the first included. */
  readonly attempts: number;
  /** Tokens that each request adds: the share of requests that may be repeated in the long run. */
  readonly share: number;
  /** Tokens at the beginning, and at most. */
  readonly tokens: number;
  readonly maxTokens: number;
  /** Longest pause before the second call, doubled before each further one; in milliseconds. */
  readonly pauseMilliseconds: number;
}

/** What the function is told by its environment variables: `FRONT_DOOR` holds these as JSON. */
export interface FrontDoorSettings {
  readonly endpointName: string;
  /** Version of the model package, e.g. `3`; part of the key of every answer that is kept. */
  readonly modelVersion: string;
  /** For all calls of one request together. */
  readonly timeoutMilliseconds: number;
  readonly bodyBytes: number;
  /** 0: answers are not kept. */
  readonly cacheSeconds: number;
  /** How long a kept answer may be given while the endpoint is unhealthy. */
  readonly staleSeconds: number;
  readonly resultSeconds: number;
  readonly corsOrigins: readonly string[];
  /** The prediction for a row while the endpoint is unhealthy. */
  readonly fallback?: Readonly<Record<string, unknown>>;
  readonly circuit: CircuitSettings;
  readonly retry: RetrySettings;
}

/** The names of the variables: settings, and the tables, which only the deployment names. */
export const variables = {
  settings: 'FRONT_DOOR',
  stateTable: 'STATE_TABLE',
  resultsTable: 'RESULTS_TABLE',
} as const;

/**
 * Ours: five calls of which half failed are no chance, and ten seconds are what a process that died needs to be
 * replaced. A tenth of the requests may be repeated, so that retries never double the load of an endpoint that is down.
 */
export const defaultCircuit: CircuitSettings = {
  windowMilliseconds: 30_000,
  minimumCalls: 5,
  failureShare: 0.5,
  openMilliseconds: 10_000,
};
export const defaultRetry: RetrySettings = {
  attempts: 3,
  share: 0.1,
  tokens: 2,
  maxTokens: 10,
  pauseMilliseconds: 100,
};
