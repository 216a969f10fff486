import type { NormalisedConfiguration } from '@wa-ml/config';
import { gitHubIssuer, providerArn, type AccessTarget } from './target';

/**
 * CloudFormation template of the role that CI assumes: it trusts exactly one GitHub environment and may only take on
 * the roles that `cdk bootstrap` made. The provider is not in it: an account has one, which other repositories share.
 */
export function accessTemplate(
  configuration: Pick<NormalisedConfiguration, 'name' | 'owner'>,
  target: AccessTarget,
): object {
  const { environment, partition, roleName, audience, subject } = target;
  const { account } = environment;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Lets CI of ${configuration.name} deploy ${environment.name}`,
    Resources: {
      DeployRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: roleName, // the workflow names it
          Description: `CI of ${configuration.name} deploys ${environment.name}`,
          MaxSessionDuration: 3600,
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Federated: providerArn(target) },
                Action: 'sts:AssumeRoleWithWebIdentity',
                Condition: {
                  StringEquals: {
                    [`${gitHubIssuer}:aud`]: audience,
                    [`${gitHubIssuer}:sub`]: subject,
                  },
                },
              },
            ],
          },
          Policies: [
            {
              PolicyName: 'assume-cdk-roles',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  {
                    Effect: 'Allow',
                    Action: 'sts:AssumeRole',
                    Resource: target.regions.map(
                      (region) =>
                        `arn:${partition}:iam::${account}:role/cdk-*-role-${account}-${region}`,
                    ),
                  },
                ],
              },
            },
          ],
          Tags: [
            { Key: 'project', Value: configuration.name },
            { Key: 'environment', Value: environment.name },
            { Key: 'owner', Value: configuration.owner },
            { Key: 'capability', Value: 'delivery' },
          ],
        },
      },
    },
    Outputs: { DeployRoleArn: { Value: { 'Fn::GetAtt': ['DeployRole', 'Arn'] } } },
  };
}
