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
  /** All containers, where the package has several: an inference pipeline. */
  readonly containers?: readonly ReleasedContainer[];
  /** The other model of an A/B test, with its share of the requests. */
  readonly challenger?: WeightedRelease;
  /** The model that gets copies of a share of the requests. */
  readonly shadow?: WeightedRelease;
}

/** A release beside another one. */
export interface WeightedRelease extends Release {
  /** Share of the requests: above 0, up to 1. */
  readonly weight: number;
}

/** One container of an inference pipeline. */
export interface ReleasedContainer {
  readonly hostname: string;
  /** Repository of its image, without tag or digest. */
  readonly image: string;
  /** `sha256:<64 hexadecimal digits>`. */
  readonly imageDigest: string;
  /** S3 URI of its model.tar.gz. */
  readonly modelDataUrl?: string;
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

/** What a promoted model becomes in an environment: what it runs, or what stands beside that. */
export type ReleaseRole = 'challenger' | 'shadow';

/**
 * The releases of an environment with one more.
 * A new main release keeps the challenger and the shadow that stand beside the old one.
 * @param beside what it becomes beside the main release, and its share. Default: it is the main release.
 * @throws InputError for a second release where there is no first one.
 */
export function withRelease(
  releases: Releases,
  model: string,
  release: Release,
  beside?: { readonly role: ReleaseRole; readonly weight: number },
): Releases {
  const current = releases[model];
  if (!beside) {
    const { challenger, shadow } = current ?? {};
    const kept = { ...(challenger ? { challenger } : {}), ...(shadow ? { shadow } : {}) };
    return { ...releases, [model]: { ...release, ...kept } };
  }
  if (!current) {
    throw new InputError({
      code: 'NOTHING_RELEASED',
      what: `${model} cannot have a ${beside.role} there.`,
      why: 'Nothing of it is released yet, so there is nothing to stand beside.',
      next: `Promote it without --as first.`,
    });
  }
  return {
    ...releases,
    [model]: { ...current, [beside.role]: { ...release, weight: beside.weight } },
  };
}
