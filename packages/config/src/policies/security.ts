import type { Tier } from '../schema';

/** Days for which nobody may delete an audit record without a special permission (S3 Object Lock, governance mode). */
const auditRetentionDays: Readonly<Record<Tier, number>> = {
  development: 30,
  staging: 90,
  production: 365,
};

/** Figures of the security policies of the ML Lens document, each with its requirement id. */
export const security = {
  /** "TLS 1.2+ for all API calls." */
  transit: { policy: 'SEC-2', minTlsVersion: 1.2 },
  /** "Logs stored in S3 with Object Lock for immutability." */
  audit: { policy: 'SEC-5', retentionDays: auditRetentionDays },
} as const;
