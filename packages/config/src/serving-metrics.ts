/**
 * Metrics that the inference server writes to its log in CloudWatch's embedded metric format.
 * The same words are in ml_runtime/serving/emf.py; a test compares them.
 */
export const servingMetrics = {
  namespace: 'WaMl/Serving',
  /** SageMaker's own names, so that one graph can show its metrics beside ours. */
  dimensions: ['EndpointName', 'VariantName'],
  /** Counts since the line before: their sum over a period is what happened in it. */
  counts: [
    'Requests',
    'Errors4XX',
    'Errors5XX',
    'CacheHits',
    'CacheMisses',
    'OutOfRangeValues',
    'HumanReviews',
    'Explanations',
    'Captured',
    'CapturesDropped',
  ],
  /** At most 100 values that are distributed as all were; the first two in milliseconds. */
  distributions: ['Latency', 'QueueTime', 'BatchSize'],
} as const;
