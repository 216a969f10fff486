import type { MlRule } from '../../ml-rule';
import { at } from '../../reading';

export const apiMethodAuthorised: MlRule = {
  id: 'api-method-authorised',
  policy: 'SEC-6',
  resources: ['AWS::ApiGateway::Method'],
  what: 'Anybody can call this method.',
  why: 'Predictions cost money and may be personal; only a preflight (OPTIONS), which calls nothing, is for everybody.',
  check: ({ properties }) =>
    at(properties, 'HttpMethod') === 'OPTIONS' ||
    !['NONE', undefined].includes(at(properties, 'AuthorizationType') as string | undefined),
};
