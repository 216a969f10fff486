import {
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  type DescribeModelPackageCommandOutput,
  type ModelPackageContainerDefinition,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import {
  nearest,
  InputError,
  resourceName,
  WaMlError,
  type NormalisedConfiguration,
} from '@wa-ml/config';
import type { Release, ReleasedContainer } from './releases';

export interface PromoteOptions {
  readonly configuration: NormalisedConfiguration;
  readonly model: string;
  /** Name of the environment that shall run the model. */
  readonly to: string;
  /** Version of the model package. Default: the newest approved one. */
  readonly version?: number | undefined;
  readonly gitCommit: string;
  /** Who promotes. */
  readonly promotedBy: string;
}

/** The registry has nothing that may be released. */
export class PromotionError extends WaMlError {
  constructor(what: string, why: string, next: string) {
    super({ code: 'NOTHING_TO_PROMOTE', what, why, next }, 1);
  }
}

/**
 * Reads the model package that an environment shall run from that environment's own registry
 * (each environment holds copies: none depends on another at run time).
 * @throws InputError for a model or an environment that does not exist; PromotionError when no approved package fits.
 */
export async function findRelease(
  client: SageMakerClient,
  options: PromoteOptions,
): Promise<Release> {
  const { configuration, model, to } = options;
  requireKnown('model', model, Object.keys(configuration.models));
  requireKnown('environment', to, Object.keys(configuration.environments));
  const group = resourceName(configuration, model, to);
  const arn = await approvedPackage(client, group, options.version);
  const described = await client.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
  return releaseOf(described, arn, options);
}

function requireKnown(what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new InputError({
    code: 'UNKNOWN_NAME',
    what: `There is no ${what} "${name}".`,
    why: `wa-ml.json has ${known.join(', ')}.`,
    next: `Did you mean "${nearest(name, known) ?? known[0]}"?`,
  });
}

async function approvedPackage(
  client: SageMakerClient,
  group: string,
  version: number | undefined,
): Promise<string> {
  const approved: { arn: string; version: number }[] = [];
  const statuses: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await listPage(client, group, NextToken);
    for (const one of page.ModelPackageSummaryList ?? []) {
      statuses.push(`version ${one.ModelPackageVersion}: ${one.ModelApprovalStatus}`);
      if (one.ModelApprovalStatus === 'Approved' && one.ModelPackageArn) {
        approved.push({ arn: one.ModelPackageArn, version: one.ModelPackageVersion ?? 0 });
      }
    }
    NextToken = page.NextToken;
  } while (NextToken);
  const candidates = approved.filter((one) => version === undefined || one.version === version);
  const newest = candidates.sort((left, right) => right.version - left.version)[0];
  if (newest) return newest.arn;
  throw new PromotionError(
    `${group} has no approved model package${version === undefined ? '' : ` of version ${version}`}.`,
    statuses.length === 0
      ? 'Nothing has been registered there yet.'
      : `It has ${statuses.join(', ')}.`,
    'Run the training pipeline, approve its package in the registry, then run this again.',
  );
}

async function listPage(
  client: SageMakerClient,
  ModelPackageGroupName: string,
  NextToken: string | undefined,
) {
  try {
    return await client.send(
      new ListModelPackagesCommand({ ModelPackageGroupName, NextToken, MaxResults: 100 }),
    );
  } catch (error) {
    const { name, message } = error as Error;
    throw new PromotionError(
      `The registry could not be read.`,
      `${name}: ${message}.`,
      'Check the credentials and the region, and that the training stack is deployed.',
    );
  }
}

function releaseOf(
  described: DescribeModelPackageCommandOutput,
  arn: string,
  options: PromoteOptions,
): Release {
  const containers = (described.InferenceSpecification?.Containers ?? []).map((one) =>
    releasedContainer(one, arn),
  );
  const main = containers[0] ?? releasedContainer({}, arn);
  // A container that only prepares the rows may have no artifact.
  const modelDataUrl = containers.map((one) => one.modelDataUrl).find((url) => url !== undefined);
  if (modelDataUrl === undefined) throw notReleasable(arn);
  return {
    modelPackageArn: arn,
    image: main.image,
    imageDigest: main.imageDigest,
    modelDataUrl,
    gitCommit: options.gitCommit,
    approvedBy: described.LastModifiedBy?.UserProfileName ?? options.promotedBy,
    // One container is the release itself; the order of several is that of the requests.
    ...(containers.length > 1 ? { containers } : {}),
  };
}

function releasedContainer(
  container: ModelPackageContainerDefinition | Record<string, never>,
  arn: string,
): ReleasedContainer {
  const {
    ContainerHostname,
    Image,
    ImageDigest,
    ModelDataUrl,
    ModelDataSource,
  }: Partial<ModelPackageContainerDefinition> = container;
  const [image, digestInImage] = (Image ?? '').split('@');
  const imageDigest = ImageDigest ?? digestInImage;
  if (!image || !imageDigest || !/^sha256:[0-9a-f]{64}$/.test(imageDigest))
    throw notReleasable(arn);
  const modelDataUrl = ModelDataUrl ?? ModelDataSource?.S3DataSource?.S3Uri;
  return {
    hostname: ContainerHostname ?? '',
    // A registry host may carry a port; a tag stands after the last slash.
    image: image.replace(/:[^/:]*$/, ''),
    imageDigest,
    ...(modelDataUrl === undefined ? {} : { modelDataUrl }),
  };
}

const notReleasable = (arn: string): PromotionError =>
  new PromotionError(
    `${arn} cannot be released.`,
    'A release needs an image by digest and a model artifact; a tag can move.',
    'Register the package with an image of the form <repository>@sha256:<digest>.',
  );
