import { z } from 'zod';

/**
 * Regions of the partition aws where SageMaker runs, by code; a copy of the data may go to any of them.
 * Source: "Amazon SageMaker AI endpoints and quotas", as of 2026-11. Those to opt into must be enabled in the account.
 */
export const regions = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'ca-west-1'],
  ...['mx-central-1', 'sa-east-1', 'af-south-1', 'il-central-1', 'me-central-1', 'me-south-1'],
  ...['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2'],
  ...['eu-west-1', 'eu-west-2', 'eu-west-3'],
  ...['ap-east-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1'],
  ...['ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4'],
  ...['ap-southeast-5', 'ap-southeast-7'],
] as const;

/** A second region for what must outlive the first. */
export const recoveryRegionSchema = z
  .enum(regions)
  .optional()
  .describe(
    'Region that receives copies of data, artifacts and audit records, for when the first one is lost. Must be named for a critical production environment. Default: none.',
  );
