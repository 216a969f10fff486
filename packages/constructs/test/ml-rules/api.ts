import { one, type Case, type RuleCases } from './cases';

const method = (HttpMethod: string, more: object = {}): Case =>
  one('AWS::ApiGateway::Method', { HttpMethod, ...more });
const stage = (more: object = {}): Case =>
  one('AWS::ApiGateway::Stage', { StageName: 'live', ...more });
const throttle = (HttpMethod: string, more: object = { ThrottlingBurstLimit: 5 }) => ({
  MethodSettings: [{ ResourcePath: '/*', HttpMethod, ThrottlingRateLimit: 5, ...more }],
});
const associated = (ResourceArn: unknown): Case => ({
  ...stage(),
  Association: { Type: 'AWS::WAFv2::WebACLAssociation', Properties: { ResourceArn } },
});
const stageArn = (name: unknown) => ({
  'Fn::Join': ['', ['arn:aws:apigateway:eu-west-1::/restapis/', { Ref: 'Api' }, '/stages/', name]],
});
const preflight = (origin: string): Case =>
  method('OPTIONS', {
    Integration: {
      IntegrationResponses: [
        {
          ResponseParameters: {
            'method.response.header.Access-Control-Allow-Origin': `'${origin}'`,
          },
        },
      ],
    },
  });
const gatewayResponse = (origin: string): Case =>
  one('AWS::ApiGateway::GatewayResponse', {
    ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': `'${origin}'` },
  });
const rate = { Statement: { RateBasedStatement: { Limit: 100 } } };
const managed = { Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'x' } } };
const firewall = (...Rules: object[]): Case => one('AWS::WAFv2::WebACL', { Rules });
const group = {
  AlarmConfiguration: { Enabled: true, Alarms: [{ Name: 'errors' }] },
  AutoRollbackConfiguration: { Enabled: true, Events: ['DEPLOYMENT_STOP_ON_ALARM'] },
};
const deployment = (more: object = {}): Case =>
  one('AWS::CodeDeploy::DeploymentGroup', { ...group, ...more });
const alias = (properties?: object): Case => ({
  ...one('AWS::Lambda::Alias', { Name: 'live' }),
  ...(properties
    ? { Group: { Type: 'AWS::CodeDeploy::DeploymentGroup', Properties: properties } }
    : {}),
});
const cache = (Headers: string[], MaxTTL = 300): Case =>
  one('AWS::CloudFront::CachePolicy', {
    CachePolicyConfig: {
      MaxTTL,
      ParametersInCacheKeyAndForwardedToOrigin: { HeadersConfig: { Headers } },
    },
  });

export const apiCases: Readonly<Record<string, RuleCases>> = {
  'api-method-authorised': {
    compliant: [method('POST', { AuthorizationType: 'AWS_IAM' }), method('OPTIONS')],
    broken: [method('POST', { AuthorizationType: 'NONE' }), method('GET')],
  },
  'api-stage-throttled': {
    compliant: [stage(throttle('*'))],
    broken: [stage(), stage(throttle('GET')), stage(throttle('*', {}))],
  },
  'api-stage-behind-firewall': {
    compliant: [associated(stageArn({ Ref: 'Resource' })), associated(stageArn('live'))],
    broken: [stage(), associated(stageArn({ Ref: 'Other' }))],
  },
  'api-request-checked': {
    compliant: [
      method('POST', { RequestValidatorId: 'id', RequestModels: { $default: 'Request' } }),
      method('GET'),
    ],
    broken: [
      method('POST'),
      method('POST', { RequestModels: { $default: 'Request' } }),
      // A body of the type text/plain would pass.
      method('POST', {
        RequestValidatorId: 'id',
        RequestModels: { 'application/json': 'Request' },
      }),
    ],
  },
  'api-cors-allow-list': {
    compliant: [
      preflight('https://app.acme.example'),
      gatewayResponse('https://app.acme.example'),
      method('POST'),
    ],
    broken: [preflight('*'), gatewayResponse('*')],
  },
  'firewall-rate-limited': {
    compliant: [firewall(rate, managed)],
    broken: [
      { template: firewall(), parts: ['rate', 'managed rules'] },
      { template: firewall(managed), parts: ['rate'] },
      { template: firewall(rate), parts: ['managed rules'] },
    ],
  },
  'function-rollback-alarms': {
    compliant: [deployment(), alias(group)],
    broken: [
      alias(),
      alias({ ...group, AlarmConfiguration: { Enabled: false, Alarms: [{ Name: 'errors' }] } }),
      deployment({ AlarmConfiguration: { Enabled: true, Alarms: [] } }),
      deployment({ AutoRollbackConfiguration: { Events: ['DEPLOYMENT_FAILURE'] } }),
    ],
  },
  'cached-answers-per-caller': {
    compliant: [cache(['authorization']), cache([], 0)],
    broken: [cache([]), cache(['Origin'])],
  },
};
