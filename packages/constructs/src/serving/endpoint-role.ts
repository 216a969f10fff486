import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
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
import type { ModelRegistry } from '../training/model-registry';

export interface EndpointRoleProps {
  readonly model: string;
  readonly foundation: Foundation;
  readonly registry: ModelRegistry;
  readonly securityGroup: ISecurityGroup;
  /** The alarms that SageMaker asks about during a deployment; empty where nothing is deployed. */
  readonly rollbackAlarmArns: readonly string[];
  /** What SageMaker names the log group after. @default 'Endpoints' */
  readonly logs?: 'Endpoints' | 'TransformJobs';
}

/** The role of the instances of an endpoint or a batch transform: the artifact, the image, its log; no data, no other model. */
export class EndpointRole extends DutyRole {
  constructor(scope: Construct, id: string, props: EndpointRoleProps) {
    super(scope, id, { duty: `serves ${props.model}` });
    const { artifacts } = props.foundation.storage;
    // In the training environment the registry points at what training wrote, elsewhere at the promoted copy.
    allowObjects(this, artifacts, `${artifactPrefixes.training}/${props.model}`, 'read');
    allowObjects(this, artifacts, `${artifactPrefixes.releases}/${props.model}`, 'read');
    allowImagePull(this, props.registry.inferenceImages);
    const group = `/aws/sagemaker/${props.logs ?? 'Endpoints'}`;
    // An endpoint has a log group of its own, jobs share one.
    allowLogsAndMetrics(this, props.logs === 'TransformJobs' ? group : `${group}/*`, group);
    allowNetworkInterfaces(this, props.foundation.network.subnets, props.securityGroup);
    allowDataKey(this, props.foundation.dataKey);
    if (props.rollbackAlarmArns.length > 0)
      this.allow({ actions: ['cloudwatch:DescribeAlarms'], resources: props.rollbackAlarmArns });
  }
}
