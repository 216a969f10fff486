import type { MlRule } from '../../ml-rule';
import { at, isGiven } from '../../reading';

export const apiRequestChecked: MlRule = {
  id: 'api-request-checked',
  policy: 'SEC-6',
  resources: ['AWS::ApiGateway::Method'],
  what: 'A body reaches the function unchecked.',
  why: 'API Gateway checks a body against the model of its content type only: under any name but $default, another content type passes by.',
  check: ({ properties }) =>
    !['POST', 'PUT', 'PATCH', 'ANY'].includes(String(at(properties, 'HttpMethod'))) ||
    (isGiven(properties, 'RequestValidatorId') && isGiven(properties, 'RequestModels', '$default')),
};
