import { security, type ApiSettings, type NormalisedEnvironment } from '@wa-ml/config';
import { CfnOutput, Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  CfnModel,
  CfnRestApi,
  CognitoUserPoolsAuthorizer,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  Method,
  MethodLoggingLevel,
  Model,
  Period,
  ResponseType,
  RestApi,
  SecurityPolicy,
  type IModel,
  type IResource,
  type RequestValidator,
} from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IAlias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledgeInPacks } from '../../foundation/acknowledge-in-packs';
import { environmentLog } from '../../foundation/environment-log';
import { genericRequest, requestOf } from './request-schema';

export interface FrontDoorApiProps {
  readonly environment: NormalisedEnvironment;
  readonly model: string;
  /** Name of the API: its metrics are known by it. */
  readonly apiName: string;
  readonly api: ApiSettings;
  readonly alias: IAlias;
  /** The model's OpenAPI document. @default - the API checks that there are rows */
  readonly contract?: unknown;
  readonly auditKey: IKey;
}

/** The only stage. */
export const stageName = 'live';
/** Headers that pages of allowed origins may send. */
const corsHeaders = ['Authorization', 'Content-Type', 'X-Amz-Date', 'X-Amz-Security-Token', 'X-Api-Key', 'X-Request-Id']; // prettier-ignore
const corsMaxAge = Duration.hours(1);

/** A regional REST API: TLS 1.2, signed or authorised requests only, a checked body, throttled, logged without bodies. */
export class FrontDoorApi extends Construct {
  readonly api: RestApi;
  private readonly model: IModel;
  private readonly validator: RequestValidator;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: FrontDoorApiProps,
  ) {
    super(scope, id);
    const { api, environment, apiName } = props;
    const accessLog = environmentLog(this, 'AccessLog', {
      environment,
      key: props.auditKey,
    });
    this.api = new RestApi(this, 'Api', {
      restApiName: apiName,
      description: `Predictions of ${apiName}`,
      endpointTypes: [EndpointType.REGIONAL],
      // The role of API Gateway's logs is the account's, not this API's: see GatewayLogRole.
      cloudWatchRole: false,
      deployOptions: {
        stageName,
        throttlingRateLimit: api.rate,
        throttlingBurstLimit: api.burst,
        metricsEnabled: true,
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false, // would log bodies
        tracingEnabled: api.tracing,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat,
      },
      defaultMethodOptions: { ...this.authorisation(), apiKeyRequired: api.quota !== undefined },
      ...(api.corsOrigins.length > 0
        ? {
            defaultCorsPreflightOptions: {
              allowOrigins: [...api.corsOrigins],
              allowMethods: api.results ? ['GET', 'POST'] : ['POST'],
              allowHeaders: corsHeaders,
              maxAge: corsMaxAge,
            },
          }
        : {}),
    });
    this.onlyModernTls();
    this.errorsInOneForm();
    this.model = this.requestModel();
    this.validator = this.api.addRequestValidator('Validator', {
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    this.routes();
    if (api.quota !== undefined) this.quota(api.quota);
    this.acknowledge();
    new CfnOutput(this, 'Url', { value: this.api.url });
  }

  private authorisation() {
    const { api } = this.props;
    if (api.auth === 'iam') return { authorizationType: AuthorizationType.IAM };
    const pool = UserPool.fromUserPoolArn(this, 'UserPool', api.userPoolArn!);
    const authorizer = new CognitoUserPoolsAuthorizer(this, 'People', { cognitoUserPools: [pool] });
    return { authorizationType: AuthorizationType.COGNITO, authorizer };
  }

  /** By CloudFormation's own resource: CDK's would rename columns that are called like words of a schema. */
  private requestModel(): IModel {
    const { contract, model } = this.props;
    const schema =
      contract === undefined
        ? genericRequest
        : requestOf(contract, `releases/contracts/${model}.json`);
    const resource = new CfnModel(this, 'Request', {
      restApiId: this.api.restApiId,
      contentType: 'application/json',
      schema,
    });
    // A deployment is a copy of the API: another schema needs another one.
    this.api.latestDeployment!.addToLogicalId({ schema });
    this.api.latestDeployment!.node.addDependency(resource);
    return Model.fromModelName(this, 'RequestModel', resource.ref);
  }

  /** The same paths as `routes` of the handler; a test compares them. */
  private routes(): void {
    const { root } = this.api;
    this.prediction(root.addResource('invocations'));
    if (!this.props.api.results) return;
    const entity = root.addResource('predictions').addResource('{entityId}');
    this.prediction(entity, { 'method.request.path.entityId': true });
    entity.addResource('{version}').addMethod('GET', this.integration(), {
      requestValidator: this.validator,
      requestParameters: {
        'method.request.path.entityId': true,
        'method.request.path.version': true,
      },
    });
  }

  private prediction(resource: IResource, requestParameters: Record<string, boolean> = {}): void {
    resource.addMethod('POST', this.integration(), {
      requestValidator: this.validator,
      // Under any other name a body of another content type would not be looked at.
      requestModels: { $default: this.model },
      requestParameters,
    });
  }

  private integration(): LambdaIntegration {
    return new LambdaIntegration(this.props.alias, { allowTestInvoke: false });
  }

  private quota(limit: number): void {
    const { api } = this.props;
    const plan = this.api.addUsagePlan('Plan', {
      throttle: { rateLimit: api.rate, burstLimit: api.burst },
      quota: { limit, period: Period.DAY },
      apiStages: [{ api: this.api, stage: this.api.deploymentStage }],
    });
    plan.addApiKey(this.api.addApiKey('Key'));
  }

  /** SEC-2: at least 1.2, forward secrecy. Such policies need an access mode; strict takes what is meant for this API. */
  private onlyModernTls(): void {
    const resource = this.api.node.defaultChild as CfnRestApi;
    resource.securityPolicy = tlsPolicy[security.transit.minTlsVersion];
    resource.endpointAccessMode = 'STRICT';
  }

  private errorsInOneForm(): void {
    const { corsOrigins } = this.props.api;
    for (const [id, type, code] of gatewayErrors) {
      this.api.addGatewayResponse(id, {
        type,
        // "messageString" brings its quotes along.
        templates: {
          'application/json': `{"error":{"code":"${code}","reason":$context.error.messageString}}`,
        },
        // These headers are constants: with several origins browsers hide the body of such an error.
        ...(corsOrigins.length === 1
          ? { responseHeaders: { 'Access-Control-Allow-Origin': `'${corsOrigins[0]}'` } }
          : {}),
      });
    }
  }

  private acknowledge(): void {
    const stage = this.api.deploymentStage;
    acknowledgeInPacks(
      stage,
      'APIGWCacheEnabledAndEncrypted',
      'API Gateway keeps no answer here: the function keeps them in a table, under the key of the environment.',
    );
    acknowledgeInPacks(
      stage,
      'APIGWSSLEnabled',
      'A client certificate shows an HTTP backend who calls; this API calls a function of Lambda, which IAM lets it.',
    );
    if (this.props.api.auth !== 'iam') return;
    for (const method of (this.api.methods as Method[]).filter(isForCallers)) {
      Validations.of(method).acknowledge({
        id: 'AwsSolutions-COG4',
        reason:
          'wa-ml.json asks for IAM here: every request is signed (SigV4), and no person logs in.',
      });
    }
  }
}

/** Browsers send the others as preflights, without credentials: the list of allowed origins is all that they get. */
const isForCallers = ({ httpMethod }: Method): boolean => httpMethod !== 'OPTIONS';

/** The weakest policy of regional APIs that refuses TLS below the version. */
const tlsPolicy = { 1.2: SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09 } as const;

const gatewayErrors: readonly (readonly [string, ResponseType, string])[] = [
  ['Refused', ResponseType.DEFAULT_4XX, 'request_refused'],
  ['BodyRefused', ResponseType.BAD_REQUEST_BODY, 'body_refused'],
  ['Throttled', ResponseType.THROTTLED, 'too_many_requests'],
  ['Failed', ResponseType.DEFAULT_5XX, 'gateway_error'],
];

/** Who, which route, what came of it; no path (an entity's id stands in it), no address, no body. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    time: AccessLogField.contextRequestTime(),
    caller: AccessLogField.contextIdentityUserArn(),
    subject: AccessLogField.contextAuthorizerClaims('sub'),
    method: AccessLogField.contextHttpMethod(),
    route: AccessLogField.contextResourcePath(),
    status: AccessLogField.contextStatus(),
    bytes: AccessLogField.contextResponseLength(),
    milliseconds: AccessLogField.contextResponseLatency(),
    functionMilliseconds: AccessLogField.contextIntegrationLatency(),
    firewall: AccessLogField.contextWafResponseCode(),
    tls: '$context.tlsVersion',
  }),
);

/** The API's host, e.g. for CloudFront. */
export function apiHost(api: RestApi): string {
  const { region, urlSuffix } = Stack.of(api);
  return `${api.restApiId}.execute-api.${region}.${urlSuffix}`;
}
