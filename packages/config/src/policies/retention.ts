import type { Regime } from '../regimes';
import type { Tier } from '../schema';

/** What a regime asks of records. */
export interface RetentionOfRegime {
  /** Shortest time that audit records and logs are kept, in days; 0 where the regime names none. */
  readonly days: number;
  /** Where that stands, or why it is our figure. */
  readonly source: string;
}

/** How long records are kept by regime. A regime binds the data, so it binds every tier that may hold some. */
export const retentionByRegime: Readonly<Record<Regime, RetentionOfRegime>> = {
  gdpr: {
    days: 0,
    source:
      'Regulation (EU) 2016/679, Article 5(1)(e): no longer than necessary. It asks for no shortest time; records expire with the longest of the others.',
  },
  hipaa: {
    days: 6 * 365 + 2,
    source: '45 CFR 164.316(b)(2)(i): six years, of which at most two are leap years.',
  },
  soc2: {
    days: 365,
    source:
      'AICPA Trust Services Criteria CC7: no figure. Ours: a type 2 report looks back over up to a year.',
  },
  pci: {
    days: 365,
    source: 'PCI DSS 3.2.1, requirement 10.7: one year, the last three months at hand.',
  },
  nist: {
    days: 365,
    source: 'NIST SP 800-53 Rev. 5, AU-11: defined by the organisation. Ours: a year.',
  },
};

/** Days by tier where no regime asks for more. Ours: the document asks for immutability and names no time. */
const auditDaysByTier: Readonly<Record<Tier, number>> = {
  development: 30,
  staging: 90,
  production: 365,
};
const logDaysByTier: Readonly<Record<Tier, number>> = {
  development: 30,
  staging: 30,
  production: 365,
};

/**
 * What CloudWatch Logs takes as the retention of a log group, in days.
 * Source: PutRetentionPolicy API reference.
 */
export const logRetentionSteps = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
  ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
] as const;

const longest = (days: number, compliance: readonly Regime[]): number =>
  Math.max(days, ...compliance.map((regime) => retentionByRegime[regime].days));

/** Days for which nobody may delete an audit record (SEC-5). */
export function auditRetentionDays(tier: Tier, compliance: readonly Regime[] = []): number {
  return longest(auditDaysByTier[tier], compliance);
}

/** Days after which a log group forgets: the smallest step of CloudWatch Logs that is long enough. */
export function logRetentionDays(tier: Tier, compliance: readonly Regime[] = []): number {
  const wanted = longest(logDaysByTier[tier], compliance);
  return logRetentionSteps.find((step) => step >= wanted) ?? logRetentionSteps.at(-1)!;
}
