import { defaultMaxInstances, highAvailabilityInstances } from '../normalise';

/** Figures of the reliability policies of the ML Lens document, each with its requirement id. */
export const reliability = {
  /** "instance_count >= 2" over two availability zones in production. */
  highAvailability: { policy: 'REL-3', minInstances: highAvailabilityInstances, minZones: 2 },
  /** "Target utilization 70 %", "scale up on CPU/GPU > 80 %, scale down < 50 %", "max instances = 4". */
  scaling: {
    policy: 'REL-4',
    /** Share of the measured maximum throughput that one instance should carry. */
    targetShare: 0.7,
    scaleOutPercent: 80,
    scaleInPercent: 50,
    maxInstances: defaultMaxInstances,
    /** Seconds after adding instances before more are added: about what a new instance needs to take traffic. */
    scaleOutCooldownSeconds: 120,
    /** Seconds after removing an instance before another goes: long, because adding one back takes minutes. */
    scaleInCooldownSeconds: 600,
    /**
     * Requests per second that one instance is trusted with while nobody has measured it.
     * Ours, not the document's: low on purpose, so that an unmeasured model scales out early.
     */
    unmeasuredMaxRps: 10,
  },
} as const;

/**
 * The target of the predefined metric SageMakerVariantInvocationsPerInstance.
 * @param maxRps measured maximum requests per second of one instance.
 * @returns invocations per minute and instance (the metric's unit): 0.7 x maxRps x 60, at least 1.
 */
export function invocationsPerMinuteTarget(maxRps: number): number {
  return Math.max(1, Math.floor(reliability.scaling.targetShare * maxRps * 60));
}
