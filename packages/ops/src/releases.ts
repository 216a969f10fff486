import { InputError } from '@wa-ml/config';

/** What one environment runs of one model: an entry of `releases/<environment>.json`. */
export interface Release {
  /** ARN of the approved model package. */
  readonly modelPackageArn: string;
  /** Repository of the inference image, without tag or digest. */
  readonly image: string;
  /** `sha256:<64 hexadecimal digits>`. */
  readonly imageDigest: string;
  /** S3 URI of model.tar.gz. */
  readonly modelDataUrl: string;
  /** Git commit that was checked out when the release was written. */
  readonly gitCommit: string;
  /** Who approved the package in the registry, or who promoted it. */
  readonly approvedBy: string;
}

/** Model -> its release. */
export type Releases = Readonly<Record<string, Release>>;

export class ReleasesError extends InputError {
  constructor(path: string, why: string) {
    super({
      code: 'RELEASES_INVALID',
      what: `${path} cannot be read.`,
      why,
      next: `Restore it: git checkout HEAD -- ${path}`,
    });
  }
}

/** @throws ReleasesError */
export function parseReleases(text: string, path: string): Releases {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ReleasesError(path, `It is no JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ReleasesError(path, 'It is no JSON object.');
  return value as Releases;
}

/** Models sorted by name, so that two promotions of different models seldom touch the same lines. */
export function formatReleases(releases: Releases): string {
  return `${JSON.stringify(Object.fromEntries(Object.entries(releases).sort()), undefined, 2)}\n`;
}
