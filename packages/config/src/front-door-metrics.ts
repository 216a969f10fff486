/**
 * Metrics that the function in front of an endpoint writes to its log in CloudWatch's embedded metric format.
 * The function has the same words (constructs: serving/front-door/handler/metrics.ts); a test compares them.
 */
export const frontDoorMetrics = {
  namespace: 'WaMl/FrontDoor',
  /** SageMaker's own name, so that one graph can show its metrics beside ours. */
  dimensions: ['EndpointName'],
  /** Of each request: 0 or 1, so that an average is a share; `Retries` is a count. */
  counts: [
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
  ],
  /** In milliseconds. */
  distributions: ['Latency'],
} as const;
