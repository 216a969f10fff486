import { resourceName } from '@wa-ml/config';
import { CfnOutput, Tags } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { settingsOf, type ModelSubject } from '../foundation/capability-stack';
import type { Foundation } from '../foundation/foundation';
import { allowObjects } from '../foundation/job-permissions';
import { ScheduledCalls } from '../foundation/scheduled-calls';
import { WorkloadSecurityGroup } from '../foundation/workload-security-group';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import type { ModelRegistry } from '../training/model-registry';
import { BatchStateMachine } from './batch-state-machine';
import { EndpointRole } from './endpoint-role';
import type { Release } from './release';
import { requireFitting } from './release-fits';
import { servedModel } from './served-model';
import { mainVariant } from './served-variants';

export interface BatchTransformProps {
  readonly subject: ModelSubject;
  readonly foundation: Foundation;
  readonly registry: ModelRegistry;
  /** @default - nothing is released: the role stands ready, and no job is started */
  readonly release?: Release;
}

/**
 * One model that answers files by schedule, without an endpoint: what lies under `<model>/batch/requests/` of the
 * data bucket is answered into `<model>/batch/answers/<execution>/`.
 */
export class BatchTransform extends Construct {
  constructor(scope: Construct, id: string, props: BatchTransformProps) {
    super(scope, id);
    const { subject, foundation, registry, release } = props;
    const { configuration, environment, model } = subject;
    const settings = settingsOf(subject).endpoint;
    const name = resourceName(configuration, model, environment.name);
    const securityGroup = new WorkloadSecurityGroup(this, 'SecurityGroup', {
      vpc: foundation.network.vpc,
      description: `Batch transform of ${model}`,
    });
    const role = new EndpointRole(this, 'Role', {
      ...{ model, foundation, registry, securityGroup },
      rollbackAlarmArns: [],
      logs: 'TransformJobs',
    });
    allowObjects(role, foundation.storage.data, `${model}/batch`, 'read-write');
    Tags.of(this).add('endpoint', name);
    if (!release) {
      new CfnOutput(this, 'Release', { value: 'none yet' });
      return;
    }
    requireFitting(release, settings, `releases/${environment.name}.json: ${model}`);
    const served = servedModel(this, 'Model', {
      ...{ subject, foundation, settings, role, securityGroup, release },
      endpointName: name,
      variantName: mainVariant,
    });
    const machine = new BatchStateMachine(this, 'Machine', {
      ...{ subject, foundation, settings },
      modelName: served.attrModelName,
    });
    const calls = new ScheduledCalls(this, 'Calls', {
      duty: `starts the batch transform of ${model}`,
      alarm: 'schedule-missed',
      subject: name,
      key: foundation.dataKey,
      topic: foundation.alarmTopic,
    });
    calls.role.allow({ actions: ['states:StartExecution'], resources: [machine.arn] });
    calls.call('Run', {
      cron: settings.batchSchedule!,
      timeZone: environment.timeZone,
      target: { arn: machine.arn, input: '{}' },
    });
    new CataloguedAlarm(this, 'batch-failed', {
      kind: 'batch-failed',
      subject: name,
      dimensions: { StateMachineArn: machine.arn },
      topic: foundation.alarmTopic,
    });
    new CfnOutput(this, 'Release', { value: release.modelPackageArn });
    new CfnOutput(this, 'StateMachine', { value: machine.arn });
  }
}
