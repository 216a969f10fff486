import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alarmKind, apiLimits, detectionSeconds, resourceName } from '@wa-ml/config';
import { formatFindings } from '@wa-ml/constructs';
import { describe, expect, it } from 'vitest';
import { routes } from '../src/serving/front-door/handler/front-door';
import { variables } from '../src/serving/front-door/handler/settings';
import { example, resourcesOf, synthesiseExample, type Synthesised } from './generated-infra';

const withApi = (api: object | true, environments: object = {}) => ({
  ...example,
  environments: { ...example.environments, ...environments },
  models: { diagnosis: { flavour: 'pytorch-tabular' as const, endpoint: { api } } },
});
const origins = ['https://app.acme.example', 'https://lab.acme.example'];
const everything = {
  auth: 'cognito' as const,
  userPoolArn: 'arn:aws:cognito-idp:eu-west-1:333333333333:userpool/eu-west-1_Ab1',
  rate: 20,
  quota: 1000,
  fallback: { label: 'x'.repeat(2400) },
  corsOrigins: origins,
  bodyKilobytes: 20,
  results: true,
  tracing: true,
  cloudFront: {
    domain: 'predictions.acme.example',
    certificateArn: 'arn:aws:acm:us-east-1:333333333333:certificate/0000-11',
  },
};
const checkedByCloudFormation = { app: { builtinCloudFormationValidation: true } };
const off = await synthesiseExample();
const small = await synthesiseExample({ configuration: withApi(true), ...checkedByCloudFormation });
const large = await synthesiseExample({
  configuration: withApi(everything, {
    prod: { ...example.environments['prod']!, apiGatewayLogRole: 'managed' },
  }),
  environments: ['prod'],
  ...checkedByCloudFormation,
});
const only = (synthesised: Synthesised, type: string, stack = 'prod-api') =>
  resourcesOf(synthesised, type).filter((resource) => resource.stack.includes(stack));
const the = (synthesised: Synthesised, type: string, stack?: string) => {
  const found = only(synthesised, type, stack);
  expect(found, type).toHaveLength(1);
  return found[0]!.Properties;
};
const methods = (synthesised: Synthesised) =>
  only(synthesised, 'AWS::ApiGateway::Method').map(({ Properties }) => Properties);

describe('the front door', () => {
  it('is not there unless somebody asks for it, or before something is released', async () => {
    expect(off.stacks.filter((name) => /-(api|edge)/.test(name))).toEqual([]);
    const { stacks } = await synthesiseExample({ configuration: withApi(true), releases: () => ({}) }); // prettier-ignore
    expect(stacks).toHaveLength(off.stacks.length);
  });

  it('comes in a stack of its own, after the endpoint’s, and changes no other', () => {
    const names = ['dev', 'staging', 'prod'].map((name) => `acme-ml-${name}-api-diagnosis`);
    expect(small.stacks.filter((name) => !off.stacks.includes(name)).sort()).toEqual(names.sort());
    for (const name of off.stacks) expect(small.templates[name], name).toEqual(off.templates[name]);
    const stack = small.app.node.findChild('acme-ml-dev-api-diagnosis') as any;
    expect(stack.dependencies.map(({ stackName }: any) => stackName)).toContain(
      'acme-ml-dev-serving-diagnosis',
    );
  });

  it.each([
    ['small', small],
    ['with everything', large],
  ])('%s, is clean by both packs and by CloudFormation’s own rules', (_, { findings }) => {
    expect(
      findings.filter(({ rule }) => rule !== 'WaMl-scaling-measured'),
      formatFindings(findings),
    ).toEqual([]);
  });
});

describe('the API', () => {
  it('takes signed requests or tokens only, over TLS 1.2 or better', () => {
    for (const { HttpMethod, AuthorizationType, ApiKeyRequired } of methods(small)) {
      expect([HttpMethod, AuthorizationType]).toEqual(['POST', 'AWS_IAM']);
      expect(ApiKeyRequired).not.toBe(true);
    }
    for (const { HttpMethod, AuthorizationType, AuthorizerId, ApiKeyRequired } of methods(large)) {
      if (HttpMethod === 'OPTIONS') continue;
      expect([AuthorizationType, ApiKeyRequired]).toEqual(['COGNITO_USER_POOLS', true]);
      expect(AuthorizerId).toBeDefined();
    }
    expect(the(small, 'AWS::ApiGateway::RestApi')).toMatchObject({
      Name: 'acme-ml-diagnosis-prod-api',
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
      EndpointAccessMode: 'STRICT',
    });
  });

  it('looks at every body, of whatever content type, before anything is called', () => {
    for (const synthesised of [small, large])
      for (const { HttpMethod, RequestModels, RequestValidatorId } of methods(synthesised)) {
        if (HttpMethod !== 'POST') continue;
        expect(Object.keys(RequestModels)).toEqual(['$default']);
        expect(RequestValidatorId).toBeDefined();
      }
    expect(the(small, 'AWS::ApiGateway::RequestValidator')).toMatchObject({
      ValidateRequestBody: true,
      ValidateRequestParameters: true,
    });
  });

  it('has the routes of the function', () => {
    const resources = only(large, 'AWS::ApiGateway::Resource');
    const paths = new Map<string, string>();
    for (const { id, Properties } of resources)
      paths.set(id, `${paths.get(Properties.ParentId.Ref) ?? ''}/${Properties.PathPart}`);
    const called = methods(large)
      .filter(({ HttpMethod }) => HttpMethod !== 'OPTIONS')
      .map(({ HttpMethod, ResourceId }) => `${HttpMethod} ${paths.get(ResourceId.Ref)}`);
    expect(called.sort()).toEqual([
      `GET ${routes.readEntity}`,
      `POST ${routes.predict}`,
      `POST ${routes.predictEntity}`,
    ]);
  });

  it('lets in what is configured, and counts the days of keys where there is a quota', () => {
    const [settings] = the(small, 'AWS::ApiGateway::Stage').MethodSettings;
    expect(settings).toMatchObject({
      HttpMethod: '*',
      ThrottlingRateLimit: 50,
      ThrottlingBurstLimit: 100,
      DataTraceEnabled: false,
      LoggingLevel: 'ERROR',
    });
    expect(only(small, 'AWS::ApiGateway::UsagePlan')).toEqual([]);
    expect(the(large, 'AWS::ApiGateway::UsagePlan')).toMatchObject({
      Quota: { Limit: 1000, Period: 'DAY' },
      Throttle: { RateLimit: 20, BurstLimit: 40 },
    });
  });

  it('logs who called which route, and neither path nor address nor body', () => {
    const { Format } = the(small, 'AWS::ApiGateway::Stage').AccessLogSetting;
    expect(Object.keys(JSON.parse(Format))).toEqual(
      expect.arrayContaining(['requestId', 'caller', 'route', 'status', 'tls']),
    );
    expect(Format).not.toMatch(/\$context\.(path|identity\.sourceIp|requestOverride)/);
    expect(the(small, 'AWS::ApiGateway::Stage').TracingEnabled ?? false).toBe(false);
    expect(the(large, 'AWS::ApiGateway::Stage').TracingEnabled).toBe(true);
  });

  it('names every allowed origin to browsers, and never "*"', () => {
    expect(JSON.stringify(small.templates['acme-ml-prod-api-diagnosis'])).not.toContain(
      'Access-Control-Allow-Origin":',
    );
    const preflights = methods(large).filter(({ HttpMethod }) => HttpMethod === 'OPTIONS');
    expect(preflights.length).toBeGreaterThan(2);
    for (const { Integration } of preflights) {
      const text = JSON.stringify(Integration);
      for (const origin of origins) expect(text).toContain(origin);
      expect(text).not.toContain(`'*'`);
    }
  });

  it('leaves the account’s role for logs alone, unless the environment is told to set it', () => {
    expect(resourcesOf(small, 'AWS::ApiGateway::Account')).toEqual([]);
    const [account] = resourcesOf(large, 'AWS::ApiGateway::Account');
    expect(account).toMatchObject({ stack: 'acme-ml-prod-api-logs', DeletionPolicy: 'Retain' });
  });
});

describe('the contract of the model', () => {
  const list = (items: object) => ({ type: 'array', items, minItems: 1 });
  const contractOf = (columns: Record<string, object>) => ({
    components: {
      schemas: {
        Row: {
          oneOf: [
            { type: 'array', prefixItems: Object.values(columns), minItems: 2, maxItems: 2 },
            { type: 'object', properties: columns, required: ['id'] },
          ],
        },
      },
    },
    paths: {
      '/invocations': {
        post: {
          requestBody: {
            content: {
              'application/json': {
                schema: {
                  oneOf: [
                    {},
                    { properties: { inputs: { oneOf: [{}, { type: 'object', properties: Object.fromEntries(Object.entries(columns).map(([name, one]) => [name, list(one)])) }] } } }, // prettier-ignore
                  ],
                },
              },
            },
          },
        },
      },
    },
  });
  const number = { type: ['number', 'null'], maximum: 5, description: 'Unit: cm.' };
  const synthesiseWith = (contract?: unknown) =>
    synthesiseExample({
      configuration: withApi(true),
      environments: ['prod'],
      ...(contract === undefined ? {} : { contracts: { diagnosis: contract } }),
    });
  const schemaOf = (synthesised: Synthesised) => the(synthesised, 'AWS::ApiGateway::Model').Schema;

  it('is what the API checks, where it is written down, in the words of draft 4', async () => {
    // Columns may be called like words of a schema.
    const known = await synthesiseWith(
      contractOf({ id: { type: 'integer' }, description: number }),
    );
    const { instances, inputs } = schemaOf(known).properties;
    const { description: _, ...asChecked } = number;
    expect(instances.items.oneOf).toEqual([
      {
        type: 'array',
        items: [{ type: 'number' }, asChecked],
        additionalItems: false,
        minItems: 2,
        maxItems: 2,
      },
      {
        type: 'object',
        properties: { id: { type: 'number' }, description: asChecked },
        required: ['id'],
      },
    ]);
    expect(inputs.oneOf[1].properties.description.items).toEqual(asChecked);
    expect(schemaOf(small).properties.instances.items).toBeUndefined();
    const deployments = [small, known].map(
      (one) => only(one, 'AWS::ApiGateway::Deployment')[0]!.id,
    );
    expect(new Set(deployments).size).toBe(2);
  });

  it('is refused where it is none, or longer than API Gateway takes', async () => {
    await expect(synthesiseWith({ openapi: '3.1.0' })).rejects.toThrow(/releases\/contracts\/diagnosis\.json/); // prettier-ignore
    const wide = Object.fromEntries(
      Array.from({ length: 4000 }, (_, index) => [`column_${index}`, number]),
    );
    await expect(synthesiseWith(contractOf(wide))).rejects.toThrow(/409600/);
  });
});

describe('the function', () => {
  it('runs inside the private subnets, and is told less than Lambda takes', () => {
    for (const synthesised of [small, large]) {
      const [properties] = only(synthesised, 'AWS::Lambda::Function')
        .filter(({ id }) => !id.startsWith('Custom'))
        .map(({ Properties }) => Properties);
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      expect(properties!.VpcConfig.SubnetIds.length).toBeGreaterThan(1);
      expect(properties!.KmsKeyArn).toBeDefined();
      expect(properties!.Timeout).toBeLessThanOrEqual(apiLimits.integrationSeconds);
      const told = properties!.Environment.Variables;
      expect(told[variables.settings].length).toBeLessThan(apiLimits.functionVariableBytes - 512);
      expect(JSON.parse(told[variables.settings])).toMatchObject({
        endpointName: 'acme-ml-diagnosis-prod',
        modelVersion: '3',
        timeoutMilliseconds: 10_000,
      });
    }
  });

  it('is one file without a path of the machine that built it', () => {
    const file = join(__dirname, '..', 'handlers', 'front-door', 'index.js');
    const text = readFileSync(file, 'utf8');
    expect(text.length).toBeLessThan(500_000);
    expect(text).not.toContain(join(__dirname, '..', '..', '..'));
    // One stands in brackets, in the text of an error.
    expect(text).not.toMatch(/[^[]require\("(?!node:)/);
  });

  it('is released by a canary that its alarms take back in time', () => {
    const group = the(small, 'AWS::CodeDeploy::DeploymentGroup');
    expect(group).toMatchObject({
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      AutoRollbackConfiguration: { Events: expect.arrayContaining(['DEPLOYMENT_STOP_ON_ALARM']) },
    });
    expect(group.AlarmConfiguration.Alarms).toHaveLength(3);
    const [alias] = only(small, 'AWS::Lambda::Alias') as any[];
    expect(alias.UpdatePolicy.CodeDeployLambdaAliasUpdate).toBeDefined();
    for (const id of ['api-errors', 'api-latency', 'api-function-errors'])
      expect(detectionSeconds(alarmKind(id))).toBeLessThan(300);
  });

  it('may ask its endpoint and use its tables, and nothing by a wildcard that can be named', () => {
    const list = (value: unknown): any[] => (Array.isArray(value) ? value : [value]);
    const statements = only(large, 'AWS::IAM::ManagedPolicy').flatMap(({ Properties }) =>
      list(Properties.PolicyDocument.Statement),
    );
    const actions = statements.flatMap(({ Action }) => list(Action));
    for (const action of actions) expect(action).not.toContain('*');
    expect(actions.filter((action) => action.startsWith('sagemaker:'))).toEqual([
      'sagemaker:InvokeEndpoint',
    ]);
    expect(
      statements
        .filter(({ Resource }) => list(Resource).includes('*'))
        .flatMap(({ Action }) => list(Action))
        .sort(),
    ).toEqual([
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
    for (const { id, Properties } of only(large, 'AWS::IAM::Role'))
      // CDK's own function that reads a value from another region is the one exception (decision 0027).
      if (!id.startsWith('CustomCrossRegion'))
        expect(Properties.ManagedPolicyArns, id).toBeUndefined();
  });
});

describe('the firewall', () => {
  it('stands before the stage of the API', () => {
    const [[acl]] = [only(small, 'AWS::WAFv2::WebACL')] as any;
    const association = the(small, 'AWS::WAFv2::WebACLAssociation');
    expect(association.WebACLArn['Fn::GetAtt'][0]).toBe(acl.id);
    expect(JSON.stringify(association.ResourceArn)).toMatch(/restapis.*stages/);
  });

  it('has AWS’s rules, a rate for each address, and a longest body that it sees in full', () => {
    const acl = the(large, 'AWS::WAFv2::WebACL');
    const rules = Object.fromEntries(acl.Rules.map((rule: any) => [rule.Name, rule.Statement]));
    expect(acl).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
    expect(rules['rate'].RateBasedStatement).toMatchObject({ Limit: 20 * 300 });
    expect(rules['body-size'].SizeConstraintStatement).toMatchObject({
      Size: 20 * 1024,
      FieldToMatch: { Body: { OversizeHandling: 'MATCH' } },
    });
    // In steps of 16 KB, the next one above the body.
    expect(acl.AssociationConfig.RequestBody.API_GATEWAY.DefaultSizeInspectionLimit).toBe('KB_32');
    const common = rules['AWSManagedRulesCommonRuleSet'].ManagedRuleGroupStatement;
    expect(common.RuleActionOverrides[0].Name).toBe('SizeRestrictions_BODY');
    expect(Object.keys(rules)).toHaveLength(5);
  });

  it('leaves bodies that it cannot see in full to the function', async () => {
    const big = await synthesiseExample({
      configuration: withApi({ bodyKilobytes: 2048 }),
      environments: ['prod'],
    });
    const { Rules } = the(big, 'AWS::WAFv2::WebACL');
    expect(Rules.map(({ Name }: any) => Name)).not.toContain('body-size');
    const [{ Properties }] = only(big, 'AWS::Lambda::Function') as [any];
    expect(JSON.parse(Properties.Environment.Variables[variables.settings]).bodyBytes).toBe(
      2048 * 1024,
    );
  });

  it('logs what it blocks without path and credentials', () => {
    const logging = the(small, 'AWS::WAFv2::LoggingConfiguration');
    expect(logging.LoggingFilter.DefaultBehavior).toBe('DROP');
    expect(JSON.stringify(logging.RedactedFields)).toMatch(/UriPath.*authorization/);
  });
});

describe('the tables', () => {
  it('expire, are encrypted by our key, and the results can be restored and audited', () => {
    const [state, results] = only(large, 'AWS::DynamoDB::GlobalTable') as [any, any];
    for (const { Properties } of [state, results]) {
      expect(Properties.TimeToLiveSpecification).toEqual({
        AttributeName: 'expires',
        Enabled: true,
      });
      expect(Properties.SSESpecification.SSEType).toBe('KMS');
      expect(Properties.Replicas[0].SSESpecification.KMSMasterKeyId).toBeDefined();
      expect(Properties.BillingMode).toBe('PAY_PER_REQUEST');
    }
    expect(state.DeletionPolicy).toBe('Delete');
    expect(results).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
        Replicas: [
          {
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          },
        ],
      },
    });
    expect(only(small, 'AWS::DynamoDB::GlobalTable')).toHaveLength(1);
  });

  it('of results may be deleted with development', async () => {
    const dev = await synthesiseExample({
      configuration: withApi({ results: true }),
      environments: ['dev'],
    });
    const results = only(dev, 'AWS::DynamoDB::GlobalTable', 'dev-api')[1] as any;
    expect(results.DeletionPolicy).toBe('Delete');
    expect(results.Properties.Replicas[0].DeletionProtectionEnabled ?? false).toBe(false);
  });
});

describe('CloudFront', () => {
  it('is before reads only, and gives nobody what was fetched for another', () => {
    const key = the(large, 'AWS::CloudFront::CachePolicy').CachePolicyConfig;
    expect(key.ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig.Headers).toContain(
      'Authorization',
    );
    expect(key).toMatchObject({ MaxTTL: 300, DefaultTTL: 0 });
    const { DistributionConfig } = the(large, 'AWS::CloudFront::Distribution');
    expect(DistributionConfig.DefaultCacheBehavior.AllowedMethods).not.toContain('POST');
    expect(DistributionConfig).toMatchObject({
      Aliases: ['predictions.acme.example'],
      ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021' },
      Origins: [{ CustomOriginConfig: { OriginProtocolPolicy: 'https-only' } }],
    });
  });

  it('has its firewall in us-east-1, where AWS looks for it, and the API’s own counts no readers', () => {
    const [edge] = resourcesOf(large, 'AWS::WAFv2::WebACL').filter(({ stack }) =>
      stack.includes('-edge-'),
    );
    expect(edge!.Properties.Scope).toBe('CLOUDFRONT');
    const stack = large.app.node.findChild(edge!.stack) as any;
    expect(stack.region).toBe(apiLimits.cloudFrontRegion);
    const rate = the(large, 'AWS::WAFv2::WebACL').Rules[0].Statement.RateBasedStatement;
    expect(JSON.stringify(rate.ScopeDownStatement)).toContain('POST');
  });
});

describe('alarms', () => {
  it('are four for each front door, named after the endpoint', () => {
    const subject = resourceName(example, 'diagnosis', 'prod');
    const names = only(small, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.AlarmName); // prettier-ignore
    expect(names.sort()).toEqual(
      ['api-degraded', 'api-errors', 'api-function-errors', 'api-latency'].map(
        (kind) => `${subject}-${kind}`,
      ),
    );
  });
});
