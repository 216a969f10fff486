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
}

const arnPattern =
  /^arn:[a-z-]+:sagemaker:([a-z0-9-]+):(\d{12}):model-package\/([a-zA-Z0-9-]+)\/(\d+)$/;

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
  if (typeof releases !== 'object' || releases === null || Array.isArray(releases)) {
    throw refused(
      file,
      'It is no JSON object.',
      'An object of models, or {} while nothing is released.',
    );
  }
  const entry = (releases as Record<string, unknown>)[model] as Partial<Release> | undefined;
  if (entry === undefined) return undefined;

  const arn = arnPattern.exec(entry.modelPackageArn ?? '');
  if (!arn) {
    throw refused(
      `${file}: ${model}.modelPackageArn`,
      'It is no ARN of a model package version.',
      promote(model, environment),
    );
  }
  const [, region, account] = arn;
  if (region !== environment.region || account !== environment.account) {
    throw refused(
      `${file}: ${model}.modelPackageArn`,
      `The package is in ${account}/${region} and the endpoint in ${environment.account}/${environment.region}; ` +
        'SageMaker wants image and artifact in the region of the endpoint, and no environment may depend on another.',
      promote(model, environment),
    );
  }
  if (!/^sha256:[0-9a-f]{64}$/.test(entry.imageDigest ?? '')) {
    throw refused(
      `${file}: ${model}.imageDigest`,
      'It is no sha256 digest; a tag can move.',
      promote(model, environment),
    );
  }
  return { ...(entry as Release), measured: measurementsOf(measured, model) };
}

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

function refused(where: string, why: string, next: string): InputError {
  return new InputError({
    code: 'RELEASE_INVALID',
    what: `${where} cannot be deployed.`,
    why,
    next,
  });
}
