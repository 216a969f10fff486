import { resourceName } from '@wa-ml/config';
import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Repository, RepositoryEncryption, TagMutability, TagStatus } from 'aws-cdk-lib/aws-ecr';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnModelPackageGroup } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { ModelSubject } from '../foundation/capability-stack';
import { removalPolicy } from '../foundation/removal';

export interface ModelRegistryProps {
  readonly subject: ModelSubject;
  readonly key: IKey;
  /** Whether this environment trains; the others hold promoted copies and need no training image. */
  readonly trains: boolean;
}

/** Where one model's versions and images live in one environment. */
export class ModelRegistry extends Construct {
  /** `<repo>-<model>-<environment>` */
  readonly groupName: string;
  readonly inferenceImages: Repository;
  /** Only where the environment trains. */
  readonly trainingImages?: Repository;

  constructor(scope: Construct, id: string, props: ModelRegistryProps) {
    super(scope, id);
    const { configuration, environment, model } = props.subject;
    this.groupName = resourceName(configuration, model, environment.name);
    // CloudFormation replaces a group when its name or description changes; a fixed name would make that fail,
    // and a group that holds versions cannot be deleted. So neither says anything that may change.
    const group = new CfnModelPackageGroup(this, 'Group', {
      modelPackageGroupName: this.groupName,
      modelPackageGroupDescription: `Versions of ${model}`,
    });
    group.applyRemovalPolicy(
      environment.tier === 'development' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    );

    const images = (name: string): Repository =>
      new Repository(this, name, {
        imageTagMutability: TagMutability.IMMUTABLE,
        imageScanOnPush: true,
        encryption: RepositoryEncryption.KMS,
        encryptionKey: props.key,
        removalPolicy: removalPolicy(environment.tier),
        emptyOnDelete: environment.tier === 'development',
        // Tagged images may be what an endpoint runs; what lost its tag is left over from a build.
        lifecycleRules: [{ tagStatus: TagStatus.UNTAGGED, maxImageAge: Duration.days(30) }],
      });
    this.inferenceImages = images('InferenceImages');
    if (props.trains) this.trainingImages = images('TrainingImages');

    new CfnOutput(this, 'ModelPackageGroup', { value: this.groupName });
    new CfnOutput(this, 'InferenceRepositoryUri', { value: this.inferenceImages.repositoryUri });
    if (this.trainingImages)
      new CfnOutput(this, 'TrainingRepositoryUri', { value: this.trainingImages.repositoryUri });
  }
}
