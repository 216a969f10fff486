import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  apiOverheadSeconds,
  apiStaleSeconds,
  InputError,
  type ApiSettings,
  type NormalisedEnvironment,
} from '@wa-ml/config';
import { Duration } from 'aws-cdk-lib';
import {
  Alias,
  Architecture,
  Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledgeInPacks } from '../../foundation/acknowledge-in-packs';
import type { Foundation } from '../../foundation/foundation';
import { environmentLog } from '../../foundation/environment-log';
import { WorkloadSecurityGroup } from '../../foundation/workload-security-group';
import { FrontDoorRole } from './front-door-role';
import type { FrontDoorTables } from './front-door-tables';
import {
  defaultCircuit,
  defaultRetry,
  variables,
  type FrontDoorSettings,
} from './handler/settings';

export interface FrontDoorFunctionProps {
  readonly environment: NormalisedEnvironment;
  readonly foundation: Foundation;
  readonly endpointName: string;
  /** Version of the model package. */
  readonly modelVersion: string;
  readonly api: ApiSettings;
  readonly tables: FrontDoorTables;
}

/** Built by tools/handlers.mjs and shipped with this package: beside `lib`, and beside `src` where it is developed. */
const bundle = join(__dirname, '..', '..', '..', 'handlers', 'front-door');

/** Name of the alias that the API calls and CodeDeploy moves. */
export const liveAlias = 'live';
const day = 86_400;

/** The function in front of an endpoint, in the private subnets, and the alias by which it is released. */
export class FrontDoorFunction extends Construct {
  readonly function: LambdaFunction;
  readonly alias: Alias;

  constructor(scope: Construct, id: string, props: FrontDoorFunctionProps) {
    super(scope, id);
    const { environment, foundation, api, tables } = props;
    const securityGroup = new WorkloadSecurityGroup(this, 'SecurityGroup', {
      vpc: foundation.network.vpc,
      description: `API of ${props.endpointName}`,
    });
    const logGroup = environmentLog(this, 'Logs', {
      environment,
      key: foundation.keys.audit,
    });
    const role = new FrontDoorRole(this, 'Role', {
      foundation,
      endpointName: props.endpointName,
      tables,
      logs: logGroup,
      securityGroup,
      tracing: api.tracing,
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: `Answers for ${props.endpointName}, also while it is unhealthy`,
      // The newest that CDK knows; the SDK that it brings is not used, see decision 0026.
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(requireBundle()),
      handler: 'index.handler',
      memorySize: 512,
      timeout: Duration.seconds(Math.ceil(api.timeout + apiOverheadSeconds)),
      // What it may do is written down above, and CDK's own grants are wider.
      role: role.withoutPolicyUpdates(),
      logGroup,
      vpc: foundation.network.vpc,
      vpcSubnets: { subnets: foundation.network.subnets },
      securityGroups: [securityGroup],
      environmentEncryption: foundation.dataKey,
      tracing: api.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: {
        [variables.settings]: JSON.stringify(settingsOf(props)),
        [variables.stateTable]: tables.state.tableName,
        ...(tables.results ? { [variables.resultsTable]: tables.results.tableName } : {}),
      },
    });
    acknowledgeInPacks(
      this.function,
      'LambdaConcurrency',
      'The API in front throttles its callers; a reserve for each model would be taken from all other functions of the account.',
    );
    acknowledgeInPacks(
      this.function,
      'LambdaDLQ',
      'API Gateway calls it and waits: who asked is told of every failure, and nothing is left that a queue could keep.',
    );
    this.function.node.addDependency(role); // with its policy: Lambda creates the interfaces at once
    this.alias = new Alias(this, 'Live', {
      aliasName: liveAlias,
      version: this.function.currentVersion,
    });
  }
}

function settingsOf({
  api,
  endpointName,
  modelVersion,
}: FrontDoorFunctionProps): FrontDoorSettings {
  return {
    endpointName,
    modelVersion,
    timeoutMilliseconds: Math.round(api.timeout * 1000),
    bodyBytes: api.bodyKilobytes * 1024,
    cacheSeconds: api.cacheSeconds,
    staleSeconds: apiStaleSeconds,
    resultSeconds: api.resultDays * day,
    corsOrigins: api.corsOrigins,
    ...(api.fallback ? { fallback: api.fallback } : {}),
    circuit: defaultCircuit,
    retry: defaultRetry,
  };
}

function requireBundle(): string {
  if (existsSync(join(bundle, 'index.js'))) return bundle;
  throw new InputError({
    code: 'HANDLER_NOT_BUILT',
    what: 'The function of the API is not in this copy of @wa-ml/constructs.',
    why: 'It is bundled when the package is built, so that nothing has to be bundled when a repository synthesises.',
    next: 'Install @wa-ml/constructs again; in its own repository: node tools/build.mjs',
  });
}
