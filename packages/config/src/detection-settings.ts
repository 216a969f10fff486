import { z } from 'zod';

/** An account has one of each, in each region or at all, so nobody creates them blindly. */
const owner = (what: string) =>
  z
    .enum(['create', 'existing'])
    .optional()
    .describe(
      `${what} create: this environment's stack makes it, which fails where the account has one. existing: somebody else has. Default: nothing is made.`,
    );

export const detectionSchema = z
  .strictObject({
    accessAnalyzer: owner(
      'IAM Access Analyzer for access from outside of the account; one per account and region.',
    ),
    unusedAccess: owner(
      'IAM Access Analyzer for access that nobody uses; one per account, billed by role and user.',
    ),
    guardDuty: owner(
      'GuardDuty detector; one per account and region, billed by what it looks at. An organisation often has its own.',
    ),
  })
  .optional()
  .describe('What looks for threats in the account. Findings go to the owner in any case.');

export type DetectionOwner = 'create' | 'existing';
export const detectors = ['accessAnalyzer', 'unusedAccess', 'guardDuty'] as const;
export type Detector = (typeof detectors)[number];
export type DetectionSettings = Readonly<Partial<Record<Detector, DetectionOwner>>>;
