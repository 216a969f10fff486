import {
  isProgram,
  serverEnvironment,
  type EndpointSettings,
  type EndpointType,
} from '@wa-ml/config';
import { Validations } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import type { ModelSubject } from '../foundation/capability-stack';
import type { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';
import { artifactPrefixes } from '../foundation/storage';
import type { Release } from './release';

export interface ServedModelProps {
  readonly subject: ModelSubject;
  readonly foundation: Foundation;
  readonly settings: EndpointSettings;
  readonly role: DutyRole;
  readonly securityGroup: ISecurityGroup;
  readonly release: Release;
  /** Name of the endpoint, or of what takes its place: a dimension of the server's metrics. */
  readonly endpointName: string;
  readonly variantName: string;
}

type Containers = Pick<
  CfnModelArguments,
  'primaryContainer' | 'containers' | 'inferenceExecutionConfig'
>;
type CfnModelArguments = ConstructorParameters<typeof CfnModel>[2] & object;
type Environment = Readonly<Record<string, string>>;

const byPackage = ({ release }: ServedModelProps, environment: Environment): Containers => ({
  primaryContainer: { modelPackageName: release.modelPackageArn, environment },
});

/** What each type puts into the model. A model package cannot be multi-model, so that one names its image. */
const containersOf: Readonly<
  Record<EndpointType, (props: ServedModelProps, environment: Environment) => Containers>
> = {
  realtime: byPackage,
  serverless: byPackage,
  asynchronous: byPackage,
  batchTransform: byPackage,
  inferencePipeline: ({ release }, environment) => ({
    containers: (release.containers ?? []).map(
      ({ hostname, image, imageDigest, modelDataUrl }) => ({
        containerHostname: hostname,
        image: `${image}@${imageDigest}`,
        ...(modelDataUrl === undefined ? {} : { modelDataUrl }),
        environment,
      }),
    ),
    inferenceExecutionConfig: { mode: 'Serial' },
  }),
  multiModel: ({ release, foundation, subject }, environment) => ({
    primaryContainer: {
      image: `${release.image}@${release.imageDigest}`,
      mode: 'MultiModel',
      // Everything below it can be asked for by its key; a key carries the version, since nothing is loaded twice.
      modelDataUrl: `s3://${foundation.storage.artifacts.bucketName}/${artifactPrefixes.releases}/${subject.model}/models/`,
      multiModelConfig: { modelCacheSetting: 'Enabled' },
      environment,
    },
  }),
};

/** The SageMaker model of one release. It has no name: CloudFormation replaces it with every release. */
export function servedModel(scope: Construct, id: string, props: ServedModelProps): CfnModel {
  const { settings, foundation, role, securityGroup } = props;
  const isServerless = settings.type === 'serverless';
  const model = new CfnModel(scope, id, {
    executionRoleArn: role.roleArn,
    ...containersOf[settings.type](props, environmentOf(props)),
    ...(isServerless
      ? {}
      : {
          enableNetworkIsolation: true,
          vpcConfig: {
            subnets: foundation.network.subnets.map((subnet) => subnet.subnetId),
            securityGroupIds: [securityGroup.securityGroupId],
          },
        }),
  });
  model.node.addDependency(role); // with its policy: SageMaker reads the artifact at once
  if (isServerless) acknowledgeServerless(model);
  return model;
}

/** What our server is told; a program of people's own knows nothing of it. */
function environmentOf(props: ServedModelProps): Environment {
  const { configuration, model } = props.subject;
  if (isProgram(configuration.models[model]!.flavour)) return {};
  return {
    ...serverEnvironment(props.settings.server),
    // What the server's metrics and events are known by.
    ML_RUNTIME_ENDPOINT: props.endpointName,
    ML_RUNTIME_VARIANT: props.variantName,
    ML_RUNTIME_MODEL_VERSION: props.release.modelPackageArn.split(':model-package/').at(-1)!,
  };
}

function acknowledgeServerless(model: CfnModel): void {
  for (const rule of ['model-in-vpc', 'model-network-isolation']) {
    Validations.of(model).acknowledge({
      id: `WaMl-${rule}`,
      reason:
        'Serverless inference takes neither a VPC nor network isolation: SageMaker refuses both. Choose another type where that is needed.',
    });
  }
}
