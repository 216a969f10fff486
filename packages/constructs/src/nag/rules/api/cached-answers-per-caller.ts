import type { MlRule } from '../../ml-rule';
import { listAt, numberAt } from '../../reading';

export const cachedAnswersPerCaller: MlRule = {
  id: 'cached-answers-per-caller',
  policy: 'SEC-6',
  resources: ['AWS::CloudFront::CachePolicy'],
  what: 'CloudFront gives an answer to everybody that was fetched for one caller.',
  why: 'The authorisation is checked by the API, which a cached answer never reaches: it belongs into the key of the cache.',
  check: ({ properties }) => {
    const config = ['CachePolicyConfig'] as const;
    const headers = [
      ...config,
      'ParametersInCacheKeyAndForwardedToOrigin',
      'HeadersConfig',
      'Headers',
    ] as const;
    return (
      numberAt(properties, ...config, 'MaxTTL') === 0 ||
      listAt(properties, ...headers).some((name) => String(name).toLowerCase() === 'authorization')
    );
  },
};
