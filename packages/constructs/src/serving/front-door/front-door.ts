import { resourceName, type ApiSettings } from '@wa-ml/config';
import { Construct } from 'constructs';
import type { ModelSubject } from '../../foundation/capability-stack';
import type { Foundation } from '../../foundation/foundation';
import { CataloguedAlarm } from '../../monitoring/catalogued-alarm';
import type { Release } from '../release';
import { Firewall } from './firewall';
import { FrontDoorApi, stageName } from './front-door-api';
import { FrontDoorFunction, liveAlias } from './front-door-function';
import { FrontDoorTables } from './front-door-tables';
import { FunctionRelease } from './function-release';
import { ResultsDistribution } from './results-distribution';

export interface FrontDoorProps {
  readonly subject: ModelSubject;
  readonly foundation: Foundation;
  readonly api: ApiSettings;
  /** Which version answers; its number is part of the key of every kept answer. */
  readonly release: Release;
  /** The model's OpenAPI document: the contents of releases/contracts/<model>.json. @default - rows are checked by the server alone */
  readonly contract?: unknown;
  /** Firewall of CloudFront, in us-east-1. @default - there is no CloudFront */
  readonly edgeFirewallArn?: string;
}

/** The API in front of one model's endpoint: firewall, API, function, tables, alarms, and CloudFront where asked for. */
export class FrontDoor extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: FrontDoorProps,
  ) {
    super(scope, id);
    const { subject, foundation, api, release } = props;
    const { configuration, environment, model } = subject;
    const endpointName = resourceName(configuration, model, environment.name);
    const apiName = `${endpointName}-api`;

    const tables = new FrontDoorTables(this, 'Tables', {
      environment,
      api,
      key: foundation.dataKey,
    });
    const lambda = new FrontDoorFunction(this, 'Handler', {
      environment,
      foundation,
      endpointName,
      modelVersion: release.modelPackageArn.split('/').at(-1)!,
      api,
      tables,
    });
    const { api: restApi } = new FrontDoorApi(this, 'Api', {
      environment,
      model,
      apiName,
      api,
      contract: props.contract,
      alias: lambda.alias,
      auditKey: foundation.keys.audit,
    });
    new Firewall(this, 'Firewall', {
      environment,
      apiName,
      api,
      stage: restApi.deploymentStage,
      auditKey: foundation.keys.audit,
    });

    const gateway = { ApiName: apiName, Stage: stageName };
    const { functionName } = lambda.function;
    const alarms = [
      this.alarm('api-errors', endpointName, gateway),
      this.alarm('api-latency', endpointName, gateway),
      this.alarm('api-function-errors', endpointName, {
        FunctionName: functionName,
        Resource: `${functionName}:${liveAlias}`,
      }),
    ];
    this.alarm('api-degraded', endpointName, { EndpointName: endpointName });
    new FunctionRelease(this, 'Release', {
      function: lambda.function,
      alias: lambda.alias,
      alarms: alarms.map(({ alarm }) => alarm),
      alarmArns: alarms.map(({ alarmArn }) => alarmArn),
    });
    if (api.cloudFront && props.edgeFirewallArn)
      new ResultsDistribution(this, 'Results', {
        environment,
        api: restApi,
        settings: { ...api, cloudFront: api.cloudFront },
        firewallArn: props.edgeFirewallArn,
      });
  }

  private alarm(kind: string, subject: string, dimensions: Record<string, string>) {
    const topic = this.props.foundation.alarmTopic;
    return new CataloguedAlarm(this, kind, { kind, subject, dimensions, topic });
  }
}
