import type { NormalisedConfiguration, NormalisedEnvironment } from '@wa-ml/config';

/** Where and how one environment is deployed: what the workflow does and what the documentation tells people to set up. */
export interface DeployTarget {
  readonly environment: NormalisedEnvironment;
  /** GitHub's environment of the deploying job; part of the subject that the role trusts. */
  readonly gitHubEnvironment: string;
  /** GitHub's environment whose required reviewers approve first; undefined where nobody needs to. */
  readonly approvalEnvironment: string | undefined;
  readonly roleName: string;
  /** What the environment's variable `DEPLOY_ROLE_ARN` overrides. */
  readonly roleArn: string;
  readonly partition: 'aws' | 'aws-cn' | 'aws-us-gov';
  /** Audience of the OIDC token. */
  readonly audience: string;
}

/** Deploy targets in the order of promotion. */
export function deployTargets(configuration: NormalisedConfiguration): DeployTarget[] {
  return Object.values(configuration.environments).map((environment) => {
    const { partition, audience } = partitionOf(environment.region);
    // At most 32 + 8 + 16 characters of the 64 that IAM allows.
    const roleName = `${configuration.name}-deploy-${environment.name}`;
    return {
      environment,
      gitHubEnvironment: environment.name,
      // No environment of wa-ml.json can have this name: theirs have no hyphen.
      approvalEnvironment:
        environment.tier === 'production' ? `${environment.name}-approval` : undefined,
      roleName,
      roleArn: `arn:${partition}:iam::${environment.account}:role/${roleName}`,
      partition,
      audience,
    };
  });
}

/** AWS's partitions that are not `aws`. Source: AWS General Reference; audience: README of configure-aws-credentials. */
function partitionOf(region: string): Pick<DeployTarget, 'partition' | 'audience'> {
  if (region.startsWith('cn-')) return { partition: 'aws-cn', audience: 'sts.amazonaws.com.cn' };
  return {
    partition: region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws',
    audience: 'sts.amazonaws.com',
  };
}
