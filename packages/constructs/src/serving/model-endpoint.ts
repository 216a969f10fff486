import { endpointTraits, resourceName } from '@wa-ml/config';
import { CfnOutput, Tags, Validations } from 'aws-cdk-lib';
import { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import { Construct, type IConstruct } from 'constructs';
import { settingsOf, type ModelSubject } from '../foundation/capability-stack';
import type { Foundation } from '../foundation/foundation';
import { WorkloadSecurityGroup } from '../foundation/workload-security-group';
import type { CataloguedAlarm } from '../monitoring/catalogued-alarm';
import type { ModelRegistry } from '../training/model-registry';
import { AsynchronousAnswers } from './asynchronous-answers';
import { describeRollout } from './deployment-config';
import { rollbackAlarms, standingAlarms } from './endpoint-alarms';
import { endpointConfig } from './endpoint-config';
import { EndpointRole } from './endpoint-role';
import { endpointUpdate } from './endpoint-update';
import { NightStop } from './night-stop';
import type { Release } from './release';
import { requireFitting } from './release-fits';
import { servedModel } from './served-model';
import { mainVariant, servedVariants, type ServedVariant } from './served-variants';
import { variantScaling } from './variant-scaling';

export interface ModelEndpointProps {
  readonly subject: ModelSubject;
  readonly foundation: Foundation;
  readonly registry: ModelRegistry;
  /** @default - nothing is released: role and security group stand ready, and there is no endpoint */
  readonly release?: Release;
}

/** One model's endpoint, of any type but batch transform: its role, alarms, rollout, scaling and working hours. */
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
    const { foundation, registry, release } = props;
    if (release)
      requireFitting(release, this.settings, `releases/${environment.name}.json: ${model}`);
    this.endpointName = resourceName(configuration, model, environment.name);
    this.securityGroup = new WorkloadSecurityGroup(this, 'SecurityGroup', {
      vpc: foundation.network.vpc,
      description: `Endpoint of ${model}`,
    });
    const variants = release ? servedVariants(release) : [];
    // Without a release they stand ready too: the first deployment can then go back.
    const alarms = (variants.length > 0 ? variants : [{ name: mainVariant, isShadow: false }]).map(
      ({ name, isShadow }) => ({ isShadow, kinds: rollbackAlarms(this, this.alarmed(name)) }),
    );
    // A shadow answers nobody: its errors are told, and take nothing back.
    const watched = alarms.filter(({ isShadow }) => !isShadow).flatMap(({ kinds }) => kinds);
    this.role = new EndpointRole(this, 'Role', {
      model,
      foundation,
      registry,
      securityGroup: this.securityGroup,
      rollbackAlarmArns: watched.map((alarm) => alarm.alarmArn),
    });
    // Costs of this endpoint alone, for its budget.
    Tags.of(this).add('endpoint', this.endpointName);

    if (!release) {
      new CfnOutput(this, 'Release', { value: 'none yet' });
      return;
    }
    this.endpoint = this.deploy(release, variants, watched);
    const around = variants.flatMap((variant) => this.around(this.endpoint!, variant));
    this.stopAtNight([this.endpoint, ...alarms.flatMap(({ kinds }) => kinds), ...around]);
    new CfnOutput(this, 'Release', { value: release.modelPackageArn });
    new CfnOutput(this, 'EndpointName', { value: this.endpointName });
    new CfnOutput(this, 'Rollout', { value: describeRollout(this.settings) });
  }

  private get settings() {
    return settingsOf(this.props.subject).endpoint;
  }

  private alarmed(variantName: string) {
    const { endpointName, settings } = this;
    return { endpointName, variantName, settings, topic: this.props.foundation.alarmTopic };
  }

  private deploy(
    release: Release,
    variants: readonly ServedVariant[],
    watched: readonly CataloguedAlarm[],
  ): CfnEndpoint {
    const { foundation, subject } = this.props;
    const { settings, role, securityGroup, endpointName } = this;
    const models = variants.map((variant) => ({
      variant,
      model: servedModel(this, `${variant.prefix}Model`, {
        ...{ subject, foundation, settings, role, securityGroup, endpointName },
        release: variant.release,
        variantName: variant.name,
      }),
    }));
    const asynchronous =
      settings.type === 'asynchronous'
        ? new AsynchronousAnswers(this, 'Answers', { model: subject.model, foundation, role })
            .config
        : undefined;
    const config = endpointConfig(this, 'Config', {
      settings,
      variants: models,
      key: foundation.dataKey,
      ...(asynchronous ? { asynchronous } : {}),
    });
    const endpoint = new CfnEndpoint(this, 'Endpoint', {
      endpointName,
      endpointConfigName: config.attrEndpointConfigName,
      ...endpointUpdate(
        settings,
        watched.map(({ alarm }) => alarm.alarmName),
      ),
      tags: [
        { key: 'gitCommit', value: release.gitCommit },
        { key: 'imageDigest', value: release.imageDigest },
      ],
    });
    if (settings.serverless) {
      Validations.of(endpoint).acknowledge({
        id: 'WaMl-endpoint-rollback-alarms',
        reason:
          'SageMaker has no deployment guardrails for serverless inference. The alarms tell within minutes, and a Git revert of the release file is the way back.',
      });
    }
    return endpoint;
  }

  /** What stands around a variant that runs: its alarms and its scaling. */
  private around(endpoint: CfnEndpoint, variant: ServedVariant): IConstruct[] {
    const { endpointName, settings } = this;
    const { timeZone } = this.props.subject.environment;
    const standing = standingAlarms(this, this.alarmed(variant.name));
    for (const alarm of standing) alarm.node.addDependency(endpoint);
    if (variant.isShadow) return standing;
    return [
      ...standing,
      ...variantScaling(this, { endpoint, endpointName, settings, variant, timeZone }),
    ];
  }

  private stopAtNight(running: readonly IConstruct[]): void {
    const { environment } = this.props.subject;
    const { type, serverless } = this.settings;
    const pays =
      endpointTraits[type].paysWhenIdle || serverless?.provisionedConcurrency !== undefined;
    if (!environment.workingHours || !pays) return;
    const { endpointName } = this;
    new NightStop(this, 'Night', {
      endpointName,
      foundation: this.props.foundation,
      hours: environment.workingHours,
    }).hold(...running);
  }
}
