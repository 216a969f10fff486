import {
  apiLimits,
  largestApiBodyKilobytes,
  longestApiTexts,
  longestApiTimeout,
  type ApiSettings,
} from '../api-settings';
import type { EndpointSettings, NormalisedEnvironment } from '../normalise';
import type { Problem } from '../problems';
import type { Rule } from './rule';
import { writtenAt } from './written-at';

type Found = Omit<Problem, 'rule' | 'path'> & { readonly at: readonly (string | number)[] };
interface Subject {
  readonly api: ApiSettings;
  readonly endpoint: EndpointSettings;
  readonly environment: NormalisedEnvironment;
}

/** What AWS would only refuse when the API in front of an endpoint is deployed, or answer with an error ever after. */
export const apiFrontDoor: Rule = {
  id: 'api-front-door',
  check: (configuration, written) =>
    Object.values(configuration.models).flatMap((model) => {
      const reported = new Set<string>();
      return Object.values(configuration.environments).flatMap((environment) => {
        const { endpoint } = model.in[environment.name]!;
        if (!endpoint.api) return [];
        const root = writtenAt(written, model.name, environment.name, 'endpoint', 'api');
        return checks
          .flatMap((check) => check({ api: endpoint.api!, endpoint, environment }))
          .map(({ at, ...problem }) => ({ path: [...root, ...at], ...problem }))
          .filter((problem) => {
            // The same line is read for every environment without one of its own.
            const key = JSON.stringify(problem);
            return !reported.has(key) && reported.add(key);
          });
      });
    }),
};

const checks: readonly ((subject: Subject) => Found[])[] = [
  ofEndpoint,
  ofTimes,
  ofSizes,
  ofThrottle,
  ofOrigins,
  ofAuthorisation,
  ofCloudFront,
];

function ofEndpoint({ endpoint }: Subject): Found[] {
  const type = (endpoint as { readonly type?: string }).type ?? 'realtime';
  return type === 'realtime'
    ? []
    : [
        {
          at: [],
          what: `the endpoint is of type ${type}.`,
          why: 'The API answers while its caller waits: it stands in front of real-time endpoints.',
          instead: 'leave it out, or "type": "realtime"',
        },
      ];
}

function ofTimes({ api }: Subject): Found[] {
  const found: Found[] = [];
  if (api.timeout > longestApiTimeout)
    found.push({
      at: ['timeout'],
      what: `callers would wait for ${api.timeout} s.`,
      why: `API Gateway ends an integration after ${apiLimits.integrationSeconds} s and answers 504 by itself; ${apiLimits.integrationSeconds - longestApiTimeout} s of them are for the rest of the way.`,
      instead: `${longestApiTimeout} or less`,
    });
  const { min, max } = apiLimits.cacheSeconds;
  if (api.cacheSeconds < min || api.cacheSeconds > max)
    found.push({
      at: ['cacheSeconds'],
      what: `answers would be ${api.cacheSeconds} s old.`,
      why: `A cache of API Gateway keeps answers for ${min} to ${max} s; ours keeps to the same range.`,
      instead: `${min} to ${max}`,
    });
  return found;
}

function ofSizes({ api }: Subject): Found[] {
  const found: Found[] = [];
  if (api.bodyKilobytes > largestApiBodyKilobytes)
    found.push({
      at: ['bodyKilobytes'],
      what: `bodies of ${api.bodyKilobytes} KB would be taken.`,
      why: `API Gateway takes ${apiLimits.payloadMegabytes} MB, but a synchronous event of Lambda has ${apiLimits.lambdaEventMegabytes} MB with the body as escaped text in it, up to twice as long.`,
      instead: `${largestApiBodyKilobytes} or less; larger bodies belong into a batch transform`,
    });
  const { fallback, corsOrigins } = api;
  const bytes = new TextEncoder().encode(JSON.stringify({ fallback, corsOrigins })).length;
  if (bytes > longestApiTexts)
    found.push({
      at: [fallback === undefined ? 'corsOrigins' : 'fallback'],
      what: `fallback and origins have ${bytes} bytes together.`,
      why: `The function is told both, and all environment variables of a Lambda function have ${apiLimits.functionVariableBytes} bytes together.`,
      instead: `at most ${longestApiTexts} bytes of JSON`,
    });
  return found;
}

function ofThrottle({ api }: Subject): Found[] {
  const quotas: readonly (readonly ['rate' | 'burst', number, string])[] = [
    ['rate', apiLimits.accountRate, 'requests a second'],
    ['burst', apiLimits.accountBurst, 'requests at once'],
  ];
  const found: Found[] = quotas
    .filter(([field, most]) => api[field] > most)
    .map(([field, most, unit]) => ({
      at: [field],
      what: `${api[field]} ${unit} would be let in.`,
      why: `All APIs of an account and region share ${most} ${unit} (API Gateway's quota).`,
      instead: `${most} or less`,
    }));
  const least = Math.min(Math.ceil(api.rate), apiLimits.accountBurst);
  if (api.burst < least)
    found.push({
      at: ['burst'],
      what: `at most ${api.burst} requests are let in at once, of ${api.rate} a second.`,
      why: 'The burst is the size of the bucket that the rate fills: a smaller one refuses callers who keep to the rate.',
      instead: `${least} or more`,
    });
  return found;
}

/** A scheme, a host and a port, as browsers send them. */
const origin = /^https:\/\/[a-z0-9.-]+(:\d{1,5})?$|^http:\/\/localhost(:\d{1,5})?$/;

function ofOrigins({ api, environment }: Subject): Found[] {
  return api.corsOrigins.flatMap((written, index): Found[] => {
    const at = ['corsOrigins', index];
    const instead = 'an origin such as "https://app.acme.example"';
    if (written.includes('*'))
      return [
        {
          at,
          what: `"${written}" lets pages of any site call with the rights of who visits them.`,
          why: 'Security policy SEC-6: a list of allowed origins, never "*".',
          instead,
        },
      ];
    if (!origin.test(written))
      return [
        {
          at,
          what: `"${written}" is no origin that a browser sends.`,
          why: 'An origin is a scheme, a host and a port in lower case, without a path or a slash at its end; plain http is for localhost.',
          instead,
        },
      ];
    return written.startsWith('http:') && environment.tier === 'production'
      ? [
          {
            at,
            what: `"${written}" may call in production.`,
            why: 'Security policy SEC-2: TLS for everything; localhost is for development.',
            instead,
          },
        ]
      : [];
  });
}

function ofAuthorisation({ api, environment }: Subject): Found[] {
  if (api.auth === 'iam')
    return api.userPoolArn === undefined
      ? []
      : [
          {
            at: ['userPoolArn'],
            what: 'a user pool is named, and callers sign with IAM.',
            why: 'Nobody would look at its tokens.',
            instead: '"auth": "cognito", or leave it out',
          },
        ];
  if (api.userPoolArn === undefined)
    return [
      {
        at: ['auth'],
        what: 'no user pool is named.',
        why: 'People and their passwords belong to one user pool of the organisation, which no model creates.',
        instead: '"userPoolArn": "arn:aws:cognito-idp:<region>:<account>:userpool/<id>"',
      },
    ];
  const region = api.userPoolArn.split(':')[3];
  return region === environment.region
    ? []
    : [
        {
          at: ['userPoolArn'],
          what: `the user pool is in ${region}, and "${environment.name}" in ${environment.region}.`,
          why: 'API Gateway asks user pools of its own region only.',
          instead: `a pool of ${environment.region}, by models.<model>.environments.${environment.name}.endpoint.api`,
        },
      ];
}

function ofCloudFront({ api }: Subject): Found[] {
  if (!api.cloudFront) return [];
  const found: Found[] = [];
  if (!api.results)
    found.push({
      at: ['cloudFront'],
      what: 'there is nothing to be read.',
      why: 'CloudFront caches answers to GET and HEAD only, and predictions are asked for by POST.',
      instead: '"results": true, or leave it out',
    });
  if (api.cacheSeconds === 0)
    found.push({
      at: ['cacheSeconds'],
      what: 'CloudFront would keep nothing.',
      why: 'It keeps answers for as long as the API says, and refuses headers in the key of a cache that keeps none.',
      instead: 'more than 0, or no cloudFront',
    });
  if (api.auth === 'iam')
    found.push({
      at: ['auth'],
      what: 'every signed request would be another entry of the cache.',
      why: 'A cached answer must only go to who may have it, so the authorisation is part of its key, and a signature (SigV4) holds for one request.',
      instead: '"cognito", whose tokens hold for an hour, or no cloudFront',
    });
  const region = api.cloudFront.certificateArn.split(':')[3];
  if (region !== apiLimits.cloudFrontRegion)
    found.push({
      at: ['cloudFront', 'certificateArn'],
      what: `the certificate is in ${region}.`,
      why: `CloudFront looks for certificates in ${apiLimits.cloudFrontRegion} only.`,
      instead: `a certificate of ${apiLimits.cloudFrontRegion}`,
    });
  return found;
}
