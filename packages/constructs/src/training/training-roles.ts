import { datasetFor } from '@wa-ml/config';
import { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { ModelSubject } from '../foundation/capability-stack';
import { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';
import {
  allowDataKey,
  allowImagePull,
  allowLogsAndMetrics,
  allowNetworkInterfaces,
  allowObjects,
} from '../foundation/job-permissions';
import { artifactPrefixes } from '../foundation/storage';
import type { ModelRegistry } from './model-registry';

export interface TrainingRolesProps {
  readonly subject: ModelSubject;
  readonly foundation: Foundation;
  /** Of the environment that trains. */
  readonly registry: ModelRegistry;
  readonly securityGroup: ISecurityGroup;
}

/** One role for each duty of training a model (SEC-4). */
export class TrainingRoles extends Construct {
  /** Reads the raw data, writes the channels. */
  readonly preparation: DutyRole;
  /** Reads the dataset, writes checkpoints and the artifact. */
  readonly training: DutyRole;
  /** Reads the dataset and the artifact, writes the artifact that is served and a report. */
  readonly optimisation: DutyRole;
  /** Reads the dataset and the artifact, writes the reports. */
  readonly evaluation: DutyRole;
  /** Starts the jobs above and registers what passed; sees no data. */
  readonly pipeline: DutyRole;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TrainingRolesProps,
  ) {
    super(scope, id);
    const { model } = props.subject;
    const { data, artifacts } = props.foundation.storage;

    this.preparation = this.jobRole(
      'Preparation',
      `prepares the data of ${model}`,
      'ProcessingJobs',
    );
    const dataset = datasetFor(props.subject.configuration, model);
    const raw = dataset ? `curated/${dataset.name}` : `${model}/raw`;
    allowObjects(this.preparation, data, raw, 'read');
    allowObjects(this.preparation, data, `${model}/prepared`, 'read-write');

    this.training = this.jobRole('Training', `trains ${model}`, 'TrainingJobs');
    allowObjects(this.training, data, `${model}/prepared`, 'read');
    allowObjects(this.training, artifacts, `${artifactPrefixes.training}/${model}`, 'read-write');
    allowObjects(
      this.training,
      artifacts,
      `${artifactPrefixes.checkpoints}/${model}`,
      'read-write',
    );

    this.optimisation = this.jobRole('Optimisation', `optimises ${model}`, 'ProcessingJobs');
    allowObjects(this.optimisation, data, `${model}/prepared`, 'read');
    for (const prefix of [artifactPrefixes.training, artifactPrefixes.evaluation])
      allowObjects(this.optimisation, artifacts, `${prefix}/${model}`, 'read-write');

    this.evaluation = this.jobRole('Evaluation', `evaluates ${model}`, 'ProcessingJobs');
    allowObjects(this.evaluation, data, `${model}/prepared`, 'read');
    allowObjects(this.evaluation, artifacts, `${artifactPrefixes.training}/${model}`, 'read');
    allowObjects(
      this.evaluation,
      artifacts,
      `${artifactPrefixes.evaluation}/${model}`,
      'read-write',
    );

    this.pipeline = new DutyRole(this, 'Pipeline', {
      duty: `runs the training pipeline of ${model}`,
    });
    this.allowStartingJobs();
    this.allowRegistering();
  }

  private jobRole(id: string, duty: string, jobs: 'TrainingJobs' | 'ProcessingJobs'): DutyRole {
    const { foundation, registry, securityGroup } = this.props;
    const role = new DutyRole(this, id, { duty });
    if (registry.trainingImages) allowImagePull(role, registry.trainingImages);
    allowLogsAndMetrics(role, `/aws/sagemaker/${jobs}`, `/aws/sagemaker/${jobs}`);
    allowNetworkInterfaces(role, foundation.network.subnets, securityGroup);
    allowDataKey(role, foundation.dataKey);
    return role;
  }

  private allowStartingJobs(): void {
    const { foundation, securityGroup } = this.props;
    const { configuration, model } = this.props.subject;
    const kinds = ['TrainingJob', 'ProcessingJob'];
    if (configuration.models[model]?.tuning) kinds.push('HyperParameterTuningJob');
    const jobs = kinds.map((kind) => sageMakerArn(this, `${arnKind(kind)}/pipelines-*`));
    const wildcardReason =
      'SageMaker names the jobs of a pipeline pipelines-<execution>-<step>-<suffix> when it starts them.';
    this.pipeline
      .allow({
        actions: kinds.map((kind) => `sagemaker:Create${kind}`),
        resources: jobs,
        wildcardReason,
        // Nobody gets a job past the pipeline that is not isolated, encrypted and in our subnets.
        conditions: {
          Bool: {
            'sagemaker:NetworkIsolation': 'true',
            'sagemaker:InterContainerTrafficEncryption': 'true',
          },
          Null: { 'sagemaker:VpcSubnets': 'false', 'sagemaker:VpcSecurityGroupIds': 'false' },
          'ForAllValues:StringEquals': {
            'sagemaker:VpcSubnets': foundation.network.subnets.map((subnet) => subnet.subnetId),
            'sagemaker:VpcSecurityGroupIds': [securityGroup.securityGroupId],
          },
        },
      })
      .allow({
        actions: [
          'sagemaker:AddTags',
          ...kinds.flatMap((kind) => [`sagemaker:Describe${kind}`, `sagemaker:Stop${kind}`]),
        ],
        resources: jobs,
        wildcardReason,
      })
      .allow({
        actions: ['iam:PassRole'],
        resources: [this.preparation, this.training, this.optimisation, this.evaluation].map(
          ({ roleArn }) => roleArn,
        ),
        conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
      });
  }

  private allowRegistering(): void {
    const { foundation, registry, subject } = this.props;
    const { groupName } = registry;
    this.pipeline
      .allow({
        actions: ['sagemaker:DescribeModelPackageGroup', 'sagemaker:CreateModelPackage'],
        resources: [sageMakerArn(this, `model-package-group/${groupName}`)],
      })
      .allow({
        actions: [
          'sagemaker:CreateModelPackage',
          'sagemaker:DescribeModelPackage',
          'sagemaker:AddTags',
        ],
        resources: [sageMakerArn(this, `model-package/${groupName}/*`)],
        wildcardReason: 'The number of the version is given by the registry when it is created.',
      });
    // The registry checks with the caller's rights that image and artifact are there.
    allowImagePull(this.pipeline, registry.inferenceImages);
    allowObjects(
      this.pipeline,
      foundation.storage.artifacts,
      `${artifactPrefixes.training}/${subject.model}`,
      'read',
    );
    allowObjects(
      this.pipeline,
      foundation.storage.artifacts,
      `${artifactPrefixes.evaluation}/${subject.model}`,
      'read',
    );
    allowDataKey(this.pipeline, foundation.dataKey);
  }
}

/** `hyper-parameter-tuning-job` of `HyperParameterTuningJob` */
const arnKind = (kind: string): string =>
  kind.replaceAll(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

function sageMakerArn(scope: Construct, resource: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:sagemaker:${region}:${account}:${resource}`;
}
