import { alarms, resourceName, serverEnvironment } from '@wa-ml/config';
import { CfnOutput, Tags } from 'aws-cdk-lib';
import { CfnEndpoint, CfnEndpointConfig, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { ModelSubject } from '../foundation/capability-stack';
import type { Foundation } from '../foundation/foundation';
import { acknowledgeLocalStorage, hasLocalStorage } from '../foundation/local-storage';
import { WorkloadSecurityGroup } from '../foundation/workload-security-group';
import { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import type { ModelRegistry } from '../training/model-registry';
import { deploymentConfig, describeRollout } from './deployment-config';
import { EndpointRole } from './endpoint-role';
import { EndpointScaling } from './endpoint-scaling';
import type { Release } from './release';

export interface ModelEndpointProps {
  readonly subject: ModelSubject;
  readonly foundation: Foundation;
  readonly registry: ModelRegistry;
  /** @default - nothing is released: role and security group stand ready, and there is no endpoint */
  readonly release?: Release;
}

/** SageMaker's own name for the only variant. */
const variantName = 'AllTraffic';

/** One model's real-time endpoint with its role, rollback alarms, rollout and scaling. */
export class ModelEndpoint extends Construct {
  /** `<repo>-<model>-<environment>`: fixed, because callers need it and every update keeps it. */
  readonly endpointName: string;
  readonly endpoint?: CfnEndpoint;
  private readonly role: EndpointRole;
  private readonly securityGroup: WorkloadSecurityGroup;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ModelEndpointProps,
  ) {
    super(scope, id);
    const { configuration, environment, model } = props.subject;
    this.endpointName = resourceName(configuration, model, environment.name);
    this.securityGroup = new WorkloadSecurityGroup(this, 'SecurityGroup', {
      vpc: props.foundation.network.vpc,
      description: `Endpoint of ${model}`,
    });
    const rollbackAlarms = alarms
      .filter((kind) => kind.rollsBack)
      .map((kind) => this.alarm(kind.id));
    this.role = new EndpointRole(this, 'Role', {
      model,
      foundation: props.foundation,
      registry: props.registry,
      securityGroup: this.securityGroup,
      rollbackAlarmArns: rollbackAlarms.map((alarm) => alarm.alarmArn),
    });
    // Costs of this endpoint alone, for its budget.
    Tags.of(this).add('endpoint', this.endpointName);

    if (!props.release) {
      new CfnOutput(this, 'Release', { value: 'none yet' });
      return;
    }
    this.endpoint = this.deploy(props.release, rollbackAlarms);
    this.alarm('endpoint-health').node.addDependency(this.endpoint);
    new EndpointScaling(this, 'Scaling', {
      endpoint: this.endpoint,
      endpointName: this.endpointName,
      variantName,
      settings: this.settings,
      release: props.release,
    });
    new CfnOutput(this, 'Release', { value: props.release.modelPackageArn });
    new CfnOutput(this, 'EndpointName', { value: this.endpointName });
    new CfnOutput(this, 'Rollout', { value: describeRollout(this.settings) });
  }

  private get settings() {
    const { configuration, environment, model } = this.props.subject;
    return configuration.models[model]!.in[environment.name]!.endpoint;
  }

  private alarm(kind: string): CataloguedAlarm {
    return new CataloguedAlarm(this, kind, {
      kind,
      subject: this.endpointName,
      dimensions: { EndpointName: this.endpointName, VariantName: variantName },
      topic: this.props.foundation.alarmTopic,
    });
  }

  private deploy(release: Release, rollbackAlarms: readonly CataloguedAlarm[]): CfnEndpoint {
    const { foundation } = this.props;
    const { instanceType, min } = this.settings;
    // Neither model nor configuration has a name: CloudFormation replaces both with every release.
    const model = new CfnModel(this, 'Model', {
      executionRoleArn: this.role.roleArn,
      primaryContainer: {
        modelPackageName: release.modelPackageArn,
        environment: {
          ...serverEnvironment(this.settings.server),
          // What the server's metrics and events are known by.
          ML_RUNTIME_ENDPOINT: this.endpointName,
          ML_RUNTIME_VARIANT: variantName,
          ML_RUNTIME_MODEL_VERSION: release.modelPackageArn.split(':model-package/').at(-1)!,
        },
      },
      enableNetworkIsolation: true,
      vpcConfig: {
        subnets: foundation.network.subnets.map((subnet) => subnet.subnetId),
        securityGroupIds: [this.securityGroup.securityGroupId],
      },
    });
    model.node.addDependency(this.role); // with its policy: SageMaker reads the artifact at once

    const config = new CfnEndpointConfig(this, 'Config', {
      // Local disks are encrypted by the hardware, and SageMaker refuses a key for them (SEC-1).
      ...(hasLocalStorage(instanceType) ? {} : { kmsKeyId: foundation.dataKey.keyArn }),
      productionVariants: [
        {
          variantName,
          modelName: model.attrModelName,
          instanceType,
          initialInstanceCount: min,
          initialVariantWeight: 1,
        },
      ],
    });
    acknowledgeLocalStorage(config, [instanceType]);
    return new CfnEndpoint(this, 'Endpoint', {
      endpointName: this.endpointName,
      endpointConfigName: config.attrEndpointConfigName,
      deploymentConfig: deploymentConfig(
        this.settings,
        rollbackAlarms.map(({ alarm }) => alarm.alarmName),
      ),
      retainAllVariantProperties: true, // a release must not undo what scaling has done
      tags: [
        { key: 'gitCommit', value: release.gitCommit },
        { key: 'imageDigest', value: release.imageDigest },
      ],
    });
  }
}
