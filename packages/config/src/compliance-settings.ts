import { z } from 'zod';
import { auditRetentionDays, logRetentionDays } from './policies/retention';
import { regimes, type Regime } from './regimes';
import type { Tier } from './schema';

/** The regimes of law and audit that bind a repository. */
export const complianceSchema = z
  .array(z.enum(regimes))
  .max(regimes.length)
  .optional()
  .describe(
    'Which regimes bind this repository: each adds its pack of rules, if there is one, and how long logs and audit records are kept. Default: none.',
  );

/**
 * What somebody has to say in so many words, because nobody can take it back or because it gives up a policy:
 * - `object-lock-compliance`: nobody, not even AWS, can delete audit records before their time;
 * - `backup-vault-lock`: the same of backups, three days after the first deployment;
 * - `one-region`: a critical production environment may be lost with its region.
 */
export const acknowledgements = [
  'object-lock-compliance',
  'backup-vault-lock',
  'one-region',
] as const;
export type Acknowledgement = (typeof acknowledgements)[number];

export const acknowledgeSchema = z
  .array(z.enum(acknowledgements))
  .max(acknowledgements.length)
  .optional()
  .describe(
    'What cannot be taken back, or gives up a policy, and is wanted all the same: object-lock-compliance, backup-vault-lock, one-region. Default: none.',
  );

/** How the records of an environment are kept. */
export interface RecordSettings {
  /** Days for which nobody may delete an audit record: the longest of the tier's and the regimes'. */
  readonly auditRetentionDays: number;
  /** Days after which log groups forget. */
  readonly logRetentionDays: number;
  /** S3 Object Lock: a permission of its own opens GOVERNANCE; nothing opens COMPLIANCE. */
  readonly lock: 'GOVERNANCE' | 'COMPLIANCE';
}

/** Fills how an environment's records are kept. */
export function recordSettings(
  tier: Tier,
  compliance: readonly Regime[],
  acknowledged: readonly Acknowledgement[],
): RecordSettings {
  return {
    auditRetentionDays: auditRetentionDays(tier, compliance),
    logRetentionDays: logRetentionDays(tier, compliance),
    lock: acknowledged.includes('object-lock-compliance') ? 'COMPLIANCE' : 'GOVERNANCE',
  };
}
