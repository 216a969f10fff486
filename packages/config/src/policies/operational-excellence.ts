/** Figures of the operational excellence policies of the ML Lens document, each with its requirement id. */
export const operationalExcellence = {
  /** "Error rate > 1 %" alarms; in percent of all invocations. */
  errorRate: { policy: 'OPS-4', maxPercent: 1 },
  /** "Latency p99 > 500 ms" alarms. SageMaker reports ModelLatency in microseconds. */
  latencyP99: { policy: 'OPS-4', maxMilliseconds: 500, maxMicroseconds: 500_000 },
  /** "Recovery time: < 5 minutes from detection to rollback completion"; in seconds. */
  rollback: { policy: 'OPS-8', maxSeconds: 300 },
} as const;
