/** The same words as in @wa-ml/config's front-door-metrics.ts, which would bring all of its schemas along. */
export const namespace = 'WaMl/FrontDoor';
export const dimensions = ['EndpointName'] as const;
export const counts = [
  'Requests',
  'Errors4XX',
  'Errors5XX',
  'CacheHits',
  'Degraded',
  'Retries',
  'RetriesRefused',
  'EndpointFailures',
  'CircuitOpen',
  'StoreFailures',
] as const;
export const latency = 'Latency';

/** What happened in one request. */
export type Counts = Record<(typeof counts)[number], number>;

export function noCounts(): Counts {
  return Object.fromEntries(counts.map((name) => [name, 0])) as Counts;
}

/** What a line says beside the metrics; nothing of body, path or caller. */
export interface LineFacts {
  readonly requestId: string;
  readonly status: number;
  readonly modelVersion: string;
  /** Name of the endpoint's last error. */
  readonly reason?: string;
}

/** One line of CloudWatch's embedded metric format. @param milliseconds how long the request took */
export function metricLine(
  endpointName: string,
  at: number,
  milliseconds: number,
  happened: Counts,
  facts: LineFacts,
): string {
  const Metrics = [
    ...counts.map((Name) => ({ Name, Unit: 'Count' })),
    { Name: latency, Unit: 'Milliseconds' },
  ];
  return JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [dimensions], Metrics }],
    },
    EndpointName: endpointName,
    ...happened,
    [latency]: milliseconds,
    ...facts,
  });
}
