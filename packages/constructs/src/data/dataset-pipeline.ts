import { personalColumns, resourceName, type DataContract, type Dataset } from '@wa-ml/config';
import { Duration, Stack, Tags } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { StackSubject } from '../foundation/capability-stack';
import { DutyRole } from '../foundation/duty-role';
import type { Foundation } from '../foundation/foundation';
import { environmentLog } from '../foundation/environment-log';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import type { DataLake } from './data-lake';
import { DatasetJobs } from './dataset-jobs';
import { allowWorkflow } from './dataset-roles';
import { DatasetScripts } from './dataset-scripts';
import { deliveryWorkflow } from './delivery-workflow';

export interface DatasetPipelineProps {
  readonly subject: StackSubject;
  readonly foundation: Foundation;
  readonly lake: DataLake;
  readonly dataset: Dataset;
  readonly contract: DataContract;
  /** Folder of the generated repository, which holds the code of the jobs. */
  readonly root: string;
}

/** How long EventBridge tries to start an execution before the event goes to the dead letters. */
const eventAge = Duration.hours(1);

/** One dataset: from the marker that a delivery is complete to the training of the models that learn from it. */
export class DatasetPipeline extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: DatasetPipelineProps,
  ) {
    super(scope, id);
    const { subject, foundation, lake, dataset, contract } = props;
    const { configuration, environment } = subject;
    const name = resourceName(configuration, dataset.name, environment.name);
    // SEC-10: who looks for personal data finds it by this tag.
    Tags.of(this).add(
      'data-classification',
      personalColumns(contract).length > 0 ? 'personal' : 'internal',
    );
    const scripts = new DatasetScripts(this, 'Scripts', props.root, dataset);
    const jobs = new DatasetJobs(this, 'Jobs', { subject, foundation, lake, dataset, scripts });

    const role = new DutyRole(this, 'Workflow', {
      duty: `runs the data pipeline of ${dataset.name}`,
      service: 'states.amazonaws.com',
    });
    const trainingPipelines = dataset.models.map((model) =>
      resourceName(configuration, model, environment.name),
    );
    allowWorkflow(role, foundation, lake, {
      dataset: dataset.name,
      crawler: jobs.crawler,
      jobs: [jobs.validate, jobs.preprocess],
      trainingPipelines,
    });
    const log = environmentLog(this, 'Log', {
      environment,
      key: foundation.keys.audit,
    });
    const machine = new CfnStateMachine(this, 'StateMachine', {
      stateMachineName: name,
      stateMachineType: 'STANDARD',
      roleArn: role.roleArn,
      definitionString: Stack.of(this).toJsonString(
        deliveryWorkflow({
          dataset: dataset.name,
          dataBucket: foundation.storage.data.bucketName,
          crawler: jobs.crawler,
          validateJob: jobs.validate,
          preprocessJob: jobs.preprocess,
          trainingPipelines,
          topicArn: foundation.alarmTopic.topicArn,
          deadLettersUrl: lake.deadLetters.queueUrl,
        }),
      ),
      loggingConfiguration: {
        level: 'ALL',
        includeExecutionData: true, // names of folders and counts; rows are in none of the states
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: log.logGroupArn } }],
      },
      tracingConfiguration: { enabled: true },
    });
    machine.node.addDependency(role); // Step Functions looks at the policy when it sets its log up
    this.startOnDelivery(machine.attrArn);

    const told = { topic: foundation.alarmTopic, subject: name };
    new CataloguedAlarm(this, 'Failed', {
      kind: 'data-pipeline-failed',
      dimensions: { StateMachineArn: machine.attrArn },
      ...told,
    });
    new CataloguedAlarm(this, 'RefusedAlarm', {
      kind: 'data-refused',
      dimensions: { Dataset: name },
      ...told,
    });
  }

  /** The marker is written last, so that nobody looks at half a delivery. */
  private startOnDelivery(stateMachine: string): void {
    const { dataset, foundation, lake } = this.props;
    const role = new DutyRole(this, 'Start', {
      duty: `starts the data pipeline of ${dataset.name}`,
      service: 'events.amazonaws.com',
    });
    role.allow({ actions: ['states:StartExecution'], resources: [stateMachine] });
    const rule = new CfnRule(this, 'Delivered', {
      description: `A delivery of ${dataset.name} is complete`,
      eventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: {
          bucket: { name: [foundation.storage.data.bucketName] },
          object: { key: [{ wildcard: `raw/${dataset.name}/ingest=*/_SUCCESS` }] },
        },
      },
      targets: [
        {
          id: 'StateMachine',
          arn: stateMachine,
          roleArn: role.roleArn,
          deadLetterConfig: { arn: lake.deadLetters.queueArn },
          retryPolicy: { maximumEventAgeInSeconds: eventAge.toSeconds(), maximumRetryAttempts: 20 },
        },
      ],
    });
    lake.deadLetters.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [lake.deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
      }),
    );
  }
}
