import type { MlRule } from '../../ml-rule';
import { listAt, numberAt, textAt } from '../../reading';

export const apiStageThrottled: MlRule = {
  id: 'api-stage-throttled',
  policy: 'SEC-6',
  resources: ['AWS::ApiGateway::Stage'],
  what: 'The stage lets in as much as the account does.',
  why: 'One caller can take the requests of all APIs of the account and region, 10,000 a second, and the endpoint with them.',
  check: ({ properties }) =>
    listAt(properties, 'MethodSettings').some(
      (setting) =>
        textAt(setting, 'HttpMethod') === '*' &&
        (numberAt(setting, 'ThrottlingRateLimit') ?? -1) >= 0 &&
        (numberAt(setting, 'ThrottlingBurstLimit') ?? -1) >= 0,
    ),
};
