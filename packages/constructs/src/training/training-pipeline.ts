import {
  datasetFor,
  resourceName,
  stepGraph,
  stepOptionsOf,
  type Capacity,
  type StepGraph,
} from '@wa-ml/config';
import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnPipeline } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { ModelSubject } from '../foundation/capability-stack';
import type { Foundation } from '../foundation/foundation';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import { pipelineDefinition } from './pipeline-definition';
import type { TrainingRoles } from './training-roles';

export interface TrainingPipelineProps {
  readonly subject: ModelSubject;
  readonly foundation: Foundation;
  readonly roles: TrainingRoles;
  readonly securityGroup: ISecurityGroup;
  /** @default - the step graph of @wa-ml/config */
  readonly graph?: StepGraph;
}

/** One model's training pipeline on SageMaker, and the alarm for executions that fail. */
export class TrainingPipeline extends Construct {
  readonly pipelineName: string;

  constructor(scope: Construct, id: string, props: TrainingPipelineProps) {
    super(scope, id);
    const { configuration, environment, model } = props.subject;
    const { foundation, roles } = props;
    const settings = configuration.models[model]!;
    // An update keeps the pipeline; only a new name replaces it.
    this.pipelineName = resourceName(configuration, model, environment.name);

    const dataset = datasetFor(configuration, model)?.name;

    const definition = pipelineDefinition(props.graph ?? stepGraph, {
      model,
      groupName: this.pipelineName,
      dataBucket: foundation.storage.data.bucketName,
      artifactBucket: foundation.storage.artifacts.bucketName,
      keyArn: foundation.dataKey.keyArn,
      roles: {
        prepare: roles.preparation.roleArn,
        train: roles.training.roleArn,
        optimise: roles.optimisation.roleArn,
        evaluate: roles.evaluation.roleArn,
      },
      subnetIds: foundation.network.subnets.map((subnet) => subnet.subnetId),
      securityGroupId: props.securityGroup.securityGroupId,
      training: settings.in[environment.name]!.training,
      tuning: settings.tuning,
      ...(dataset === undefined ? {} : { dataset }),
      options: stepOptionsOf(settings),
      endpointInstanceTypes: [
        ...new Set(Object.values(settings.in).map(({ endpoint }) => endpoint.instanceType)),
      ].sort(),
      tags: {
        project: configuration.name,
        environment: environment.name,
        model,
        capability: 'training',
      },
    });
    const pipeline = new CfnPipeline(this, 'Pipeline', {
      pipelineName: this.pipelineName,
      roleArn: roles.pipeline.roleArn,
      pipelineDefinition: { PipelineDefinitionBody: Stack.of(this).toJsonString(definition) },
    });
    acknowledgeFullPrice(
      pipeline,
      settings.in[environment.name]!.training.capacity,
      settings.tuning !== undefined,
    );
    pipeline.node.addDependency(roles); // the policies too: SageMaker checks them when the pipeline starts

    new CataloguedAlarm(this, 'Failed', {
      kind: 'training-failed',
      subject: this.pipelineName,
      dimensions: { PipelineName: this.pipelineName },
      topic: foundation.alarmTopic,
    });
    new CfnOutput(this, 'PipelineName', { value: this.pipelineName });
  }
}

/** Spot is the default outside production (COST-3): whoever wrote another capacity into wa-ml.json has decided. */
function acknowledgeFullPrice(pipeline: CfnPipeline, capacity: Capacity, tunes: boolean): void {
  const why = `wa-ml.json asks for training.capacity "${capacity}"`;
  const reasons: Record<string, string> = {
    ...(capacity === 'onDemand' ? { Train: `${why}.` } : {}),
    ...(capacity !== 'spot' && tunes
      ? { Tune: `${why}; the jobs of a search know no warm pool and run on demand.` }
      : {}),
  };
  for (const [step, reason] of Object.entries(reasons))
    Validations.of(pipeline).acknowledge({ id: `WaMl-training-on-spot[${step}]`, reason });
}
