import type { NormalisedConfiguration, NormalisedEnvironment } from '@wa-ml/config';

/** Who deploys one environment: a job of GitHub Actions, by a role that trusts only that job's environment. */
export interface AccessTarget {
  readonly environment: NormalisedEnvironment;
  /** Regions that its stacks are in, its own first. */
  readonly regions: readonly string[];
  readonly roleName: string;
  readonly partition: string;
  /** Audience of GitHub's tokens. */
  readonly audience: string;
  /** `repo:OWNER/REPOSITORY:environment:NAME`, or with the numbers that newer repositories have. */
  readonly subject: string;
}

/** Issuer of GitHub's tokens. An account has at most one provider of it, whoever made it. */
export const gitHubIssuer = 'token.actions.githubusercontent.com';

export const providerArn = ({ partition, environment }: AccessTarget): string =>
  `arn:${partition}:iam::${environment.account}:oidc-provider/${gitHubIssuer}`;

/** Name of the stack that holds the role. */
export const accessStackName = (
  configuration: Pick<NormalisedConfiguration, 'name'>,
  environment: string,
): string => `${configuration.name}-${environment}-access`;
