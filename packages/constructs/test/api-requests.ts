import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A request to an AWS API, in the API's own words. */
export interface ApiRequest {
  /** As botocore calls it, e.g. `sagemaker`. */
  readonly service: string;
  readonly operation: string;
  readonly request: unknown;
}

/** What the model of each API refuses of its request; '' where it takes it. */
export function refusedByTheApi(requests: readonly ApiRequest[]): string[] {
  const python = join(__dirname, '../../../.venv/bin/python');
  return JSON.parse(
    execFileSync(python, [join(__dirname, 'golden/api_requests.py')], {
      input: JSON.stringify(requests),
      encoding: 'utf8',
    }),
  ) as string[];
}
