import { z } from 'zod';

/**
 * Instance families that SageMaker no longer offers, or that no new work should start on, each with what replaces it.
 * Source: SageMaker documentation as of 2026-11: P3 is gone from the hosting lists, Elastic Inference has ended,
 * Inf1 is replaced by Inf2, P2 and M4/C4 are previous generations.
 */
export const endedFamilies: Readonly<Record<string, string>> = {
  p2: 'ml.g5.xlarge',
  p3: 'ml.g5.2xlarge',
  p3dn: 'ml.p5.48xlarge',
  inf1: 'ml.inf2.xlarge',
  eia1: 'ml.inf2.xlarge',
  eia2: 'ml.inf2.xlarge',
  m4: 'ml.m5.large',
  c4: 'ml.c5.xlarge',
};

/** `ml.m5.large` -> `m5`; undefined when the text is no SageMaker instance type. */
export function instanceFamily(instanceType: string): string | undefined {
  return /^ml\.([a-z0-9-]+)\.[a-z0-9]+$/.exec(instanceType)?.[1];
}

/** `ml.<family>.<size>`; whether the family is still offered is a rule's question, not the schema's. */
export const instanceTypeSchema = z
  .string()
  .regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'is no SageMaker instance type (ml.<family>.<size>)');
