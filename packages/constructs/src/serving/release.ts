import { InputError, type NormalisedEnvironment } from '@wa-ml/config';

/** The throughput that a load test found for one instance: an entry of `releases/measured/<model>.json`. */
export interface Measurement {
  /** Requests per second that one instance sustains within the latency limit. */
  readonly maxRps: number;
  readonly instanceType: string;
  readonly imageDigest: string;
}

/** Key of a scaling policy's metadata in the template: whether its target comes from a measurement. */
export const measurementKey = 'wa-ml:measured';

/** A container of an inference pipeline, as the model package has it. */
export interface ReleasedContainer {
  /** `ContainerHostname` in the package. */
  readonly hostname: string;
  /** Repository of its image, without tag or digest. */
  readonly image: string;
  /** `sha256:<64 hexadecimal digits>` */
  readonly imageDigest: string;
  /** S3 URI of its model.tar.gz. @default - it has none */
  readonly modelDataUrl?: string;
}

/** What one environment runs of one model: an entry of `releases/<environment>.json`. */
export interface Release {
  readonly modelPackageArn: string;
  /** Repository of the inference image, without tag or digest. */
  readonly image: string;
  /** `sha256:<64 hexadecimal digits>` */
  readonly imageDigest: string;
  readonly gitCommit: string;
  readonly approvedBy: string;
  /** What was measured of the model, on whatever instance types and images. @default - not measured yet */
  readonly measured?: readonly Measurement[];
  /** All containers, where the package has several: an inference pipeline. @default - one, of the fields above */
  readonly containers?: readonly ReleasedContainer[];
  /** The other model of an A/B test (`rollout: ab`). @default - none yet: all traffic goes to this one */
  readonly challenger?: WeightedRelease;
  /** The model that gets copies of the traffic (`rollout: shadow`). @default - none yet */
  readonly shadow?: WeightedRelease;
}

export interface WeightedRelease extends Release {
  /** Share of the requests that it gets, over 0; a challenger below 1, a shadow up to 1. */
  readonly weight: number;
}

const arnPattern =
  /^arn:[a-z-]+:sagemaker:([a-z0-9-]+):(\d{12}):model-package\/([a-zA-Z0-9-]+)\/(\d+)$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** Where an entry stands, for the message that refuses it. */
interface Place {
  readonly path: string;
  readonly environment: NormalisedEnvironment;
  readonly model: string;
}

/**
 * The release of a model in an environment, or undefined when nothing is released yet.
 * @param releases the contents of releases/<environment>.json
 * @param measured the contents of releases/measured/<model>.json, which `nx loadtest` writes. Default: none.
 * @throws InputError for an entry that SageMaker would refuse at deployment, or for a measurement that is none.
 */
export function releaseOf(
  releases: unknown,
  environment: NormalisedEnvironment,
  model: string,
  measured: unknown = [],
): Release | undefined {
  const file = `releases/${environment.name}.json`;
  if (!isObject(releases)) {
    throw refused(
      file,
      'It is no JSON object.',
      'An object of models, or {} while nothing is released.',
    );
  }
  const entry = releases[model];
  if (entry === undefined) return undefined;
  const place = { path: `${file}: ${model}`, environment, model };
  const measurements = measurementsOf(measured, model);
  const release = { ...checked(entry, place), measured: measurements };
  const second = (name: 'challenger' | 'shadow', most: (weight: number) => boolean) =>
    release[name] === undefined
      ? {}
      : { [name]: { ...weighted(release[name], name, most, place), measured: measurements } };
  return {
    ...release,
    ...second('challenger', (weight) => weight < 1),
    ...second('shadow', (weight) => weight <= 1),
  };
}

function checked(entry: unknown, { path, environment, model }: Place): Release {
  const release = (isObject(entry) ? entry : {}) as Partial<Release>;
  const next = promote(model, environment);
  const arn = arnPattern.exec(release.modelPackageArn ?? '');
  if (!arn)
    throw refused(`${path}.modelPackageArn`, 'It is no ARN of a model package version.', next);
  const [, region, account] = arn;
  if (region !== environment.region || account !== environment.account) {
    throw refused(
      `${path}.modelPackageArn`,
      `The package is in ${account}/${region} and the endpoint in ${environment.account}/${environment.region}; ` +
        'SageMaker wants image and artifact in the region of the endpoint, and no environment may depend on another.',
      next,
    );
  }
  if (!digestPattern.test(release.imageDigest ?? ''))
    throw refused(`${path}.imageDigest`, 'It is no sha256 digest; a tag can move.', next);
  const { containers } = release;
  if (containers !== undefined && !(Array.isArray(containers) && containers.every(isContainer))) {
    throw refused(
      `${path}.containers`,
      'It is no list of containers, each with hostname, image and a sha256 imageDigest.',
      next,
    );
  }
  return release as Release;
}

const isContainer = (one: Partial<ReleasedContainer> | null): boolean =>
  typeof one?.hostname === 'string' &&
  typeof one.image === 'string' &&
  digestPattern.test(one.imageDigest ?? '') &&
  (one.modelDataUrl === undefined || /^s3:\/\/./.test(one.modelDataUrl));

/** A second release beside the first: whole, in the same registry, with its share of the traffic. */
function weighted(
  entry: unknown,
  name: 'challenger' | 'shadow',
  fits: (weight: number) => boolean,
  place: Place,
): WeightedRelease {
  const path = `${place.path}.${name}`;
  const release = checked(entry, { ...place, path }) as WeightedRelease;
  if (typeof release.weight === 'number' && release.weight > 0 && fits(release.weight))
    return release;
  throw refused(
    `${path}.weight`,
    `It is the share of the requests that the ${name} gets: above 0 and ${name === 'shadow' ? 'at most' : 'below'} 1.`,
    `Write "weight": 0.1 for a tenth.`,
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function measurementsOf(measured: unknown, model: string): Measurement[] {
  const sound = (one: Partial<Measurement> | null) =>
    Number.isFinite(one?.maxRps) &&
    one!.maxRps! > 0 &&
    typeof one!.instanceType === 'string' &&
    typeof one!.imageDigest === 'string';
  if (Array.isArray(measured) && measured.every(sound)) return measured as Measurement[];
  throw refused(
    `releases/measured/${model}.json`,
    'It is no list of measurements, each with maxRps above 0, instanceType and imageDigest.',
    `Bring it back from Git, or delete it and measure again: npx nx loadtest ${model}`,
  );
}

const promote = (model: string, environment: NormalisedEnvironment): string =>
  `Let the command write it: npx wa-ml promote ${model} --to ${environment.name}`;

/** A release that cannot be deployed as it stands. */
export function refused(where: string, why: string, next: string): InputError {
  return new InputError({
    code: 'RELEASE_INVALID',
    what: `${where} cannot be deployed.`,
    why,
    next,
  });
}
