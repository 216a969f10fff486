import type { MlRule } from '../../ml-rule';
import { at, listAt, textAt } from '../../reading';

export const apiCorsAllowList: MlRule = {
  id: 'api-cors-allow-list',
  policy: 'SEC-6',
  resources: ['AWS::ApiGateway::Method', 'AWS::ApiGateway::GatewayResponse'],
  what: 'Pages of any site may read the answers.',
  why: 'A page that somebody visits could call with their rights; allowed origins are listed, never "*".',
  check: ({ properties }) => {
    const name = 'response.header.Access-Control-Allow-Origin';
    const origins = [
      textAt(properties, 'ResponseParameters', `gateway${name}`),
      ...listAt(properties, 'Integration', 'IntegrationResponses').map((response) =>
        String(at(response, 'ResponseParameters', `method.${name}`) ?? ''),
      ),
    ];
    return !origins.some((origin) => origin.includes('*'));
  },
};
