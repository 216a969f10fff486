import { apiSettings, jsonSchema, readConfiguration, rules } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

const pool = 'arn:aws:cognito-idp:eu-west-1:111111111111:userpool/eu-west-1_Ab1';
const cloudFront = {
  domain: 'predictions.acme.example',
  certificateArn: 'arn:aws:acm:us-east-1:111111111111:certificate/0000-11',
};
const people = { auth: 'cognito', userPoolArn: pool };

const written = (endpoint: object, more: object = {}) =>
  JSON.stringify({
    name: 'acme-ml',
    owner: 'ml-platform@acme.example',
    environments: {
      dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' },
      prod: { tier: 'production', account: '222222222222', region: 'eu-west-1' },
    },
    models: { churn: { flavour: 'sklearn', endpoint } },
    ...more,
  });
/** The problems of a text as "path: what why". */
function problems(text: string): string[] {
  try {
    readConfiguration(text);
    return [];
  } catch (error) {
    return (error as any).problems.map(
      ({ path, what, why, instead }: any) => `${path.join('.')}: ${what} ${why} ${instead}`,
    );
  }
}
const of = (api: unknown) => problems(written({ api }));

describe('the settings of the front door', () => {
  it('are off unless somebody says so, and few are needed', () => {
    expect(apiSettings(undefined)).toBeUndefined();
    expect(apiSettings(false)).toBeUndefined();
    expect(apiSettings(true)).toEqual({
      auth: 'iam',
      rate: 50,
      burst: 100,
      timeout: 10,
      cacheSeconds: 300,
      bodyKilobytes: 64,
      corsOrigins: [],
      results: false,
      resultDays: 90,
      tracing: false,
    });
    expect(apiSettings(true, ['hipaa'])!.tracing).toBe(true);
    expect(apiSettings({ tracing: false }, ['hipaa'])!.tracing).toBe(false); // said in so many words, and found
    expect(apiSettings({ rate: 1.5 })!.burst).toBe(3);
    expect(apiSettings({ rate: 9000 })!.burst).toBe(5000);
    expect(of({ rate: 10_000 })).toEqual([]);
    expect(of(true)).toEqual([]);
    expect(of({ ...people, results: true, cloudFront, fallback: { value: 1 } })).toEqual([]);
  });

  it('may differ in one environment', () => {
    const { normalised } = readConfiguration(
      written(
        { api: true },
        {
          models: {
            churn: {
              flavour: 'sklearn',
              endpoint: { api: { rate: 7 } },
              environments: { dev: { endpoint: { api: false } } },
            },
          },
        },
      ),
    );
    expect(normalised.models['churn']!.in['dev']!.endpoint.api).toBeUndefined();
    expect(normalised.models['churn']!.in['prod']!.endpoint.api!.rate).toBe(7);
  });

  it('are offered by editors', () => {
    expect(JSON.stringify(jsonSchema())).toContain('An API in front of the endpoint');
  });

  it.each([
    ['a timeout beyond API Gateway’s', { timeout: 28.5 }, /timeout: .*after 29 s.*28 or less/],
    ['a cache older than an hour', { cacheSeconds: 3601 }, /cacheSeconds: .*0 to 3600/],
    ['a negative age', { cacheSeconds: -1 }, /cacheSeconds: /],
    ['bodies beyond Lambda’s event', { bodyKilobytes: 2561 }, /bodyKilobytes: .*10 MB.*6 MB/],
    [
      'a fallback beyond the variables',
      { fallback: { text: 'é'.repeat(1280) } },
      /fallback: .*4096 bytes/,
    ],
    [
      'more than the account’s rate',
      { rate: 10_001, burst: 5000 },
      /rate: .*10000 requests a second/,
    ],
    ['more than the account’s burst', { burst: 5001 }, /burst: .*5000 requests at once/],
    ['a burst below the rate', { rate: 50, burst: 49 }, /burst: .*50 or more/],
    ['every origin', { corsOrigins: ['*'] }, /corsOrigins\.0: .*SEC-6/],
    [
      'origins by a pattern',
      { corsOrigins: ['https://*.acme.example'] },
      /corsOrigins\.0: .*SEC-6/,
    ],
    [
      'an origin with a path',
      { corsOrigins: ['https://acme.example/app'] },
      /corsOrigins\.0: .*no origin/,
    ],
    ['plain http', { corsOrigins: ['http://acme.example'] }, /corsOrigins\.0: .*no origin/],
    [
      'localhost in production',
      { corsOrigins: ['http://localhost:3000'] },
      /corsOrigins\.0: .*SEC-2/,
    ],
    ['people without a pool', { auth: 'cognito' }, /auth: no user pool/],
    ['a pool that nobody asks', { userPoolArn: pool }, /userPoolArn: .*IAM/],
    [
      'a pool elsewhere',
      { ...people, userPoolArn: pool.replaceAll('eu-west-1', 'us-east-2') },
      /userPoolArn: .*us-east-2/,
    ],
    ['CloudFront without reads', { ...people, cloudFront }, /cloudFront: .*GET and HEAD/],
    ['CloudFront before signatures', { results: true, cloudFront }, /auth: .*SigV4/],
    [
      'CloudFront that keeps nothing',
      { ...people, results: true, cloudFront, cacheSeconds: 0 },
      /cacheSeconds: CloudFront/,
    ],
    [
      'a certificate elsewhere',
      {
        ...people,
        results: true,
        cloudFront: {
          ...cloudFront,
          certificateArn: cloudFront.certificateArn.replace('us-east-1', 'eu-west-1'),
        },
      },
      /certificateArn: .*us-east-1/,
    ],
  ])('refuse %s, with the limit', (_, api, expected) => {
    const found = of(api);
    // One, or one for each environment that it names.
    expect(found.length).toBeGreaterThan(0);
    for (const problem of found) {
      expect(problem).toMatch(expected);
      expect(problem).toMatch(/^models\.churn\.endpoint\.api/);
    }
  });

  it('refuse an endpoint whose callers do not wait', () => {
    const rule = rules.find(({ id }) => id === 'api-front-door')!;
    const { normalised, written: text } = readConfiguration(written({ api: true }));
    const { endpoint } = normalised.models['churn']!.in['prod']!;
    Object.assign(endpoint, { type: 'batch' });
    expect(rule.check(normalised, text).map(({ what }) => what)).toEqual(['the endpoint is of type batch.']); // prettier-ignore
    Object.assign(endpoint, { type: 'realtime' });
    expect(rule.check(normalised, text)).toEqual([]);
  });

  it('let one environment of an account and region set the role of API Gateway’s logs', () => {
    const environment = (region: string) => ({
      tier: 'development',
      account: '111111111111',
      region,
      apiGatewayLogRole: 'managed',
    });
    const with2 = (region: string) =>
      problems(written({}, { environments: { one: environment('eu-west-1'), two: environment(region) } })); // prettier-ignore
    expect(with2('eu-central-1')).toEqual([]);
    expect(with2('eu-west-1')).toEqual([expect.stringMatching(/^environments\.two\.apiGatewayLogRole: "one" sets it/)]); // prettier-ignore
  });
});
