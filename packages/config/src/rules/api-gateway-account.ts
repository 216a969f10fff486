import type { Rule } from './rule';

/** The role of API Gateway's logs is a setting of an account and region: two owners would take it from each other. */
export const apiGatewayAccount: Rule = {
  id: 'api-gateway-account',
  check: (configuration) => {
    const owners = new Map<string, string>();
    return Object.values(configuration.environments)
      .filter(({ apiGatewayLogRole }) => apiGatewayLogRole === 'managed')
      .flatMap(({ name, account, region }) => {
        const place = `${account}/${region}`;
        const owner = owners.get(place);
        owners.set(place, owner ?? name);
        return owner === undefined
          ? []
          : [
              {
                path: ['environments', name, 'apiGatewayLogRole'],
                what: `"${owner}" sets it for ${place} already.`,
                why: 'API Gateway has one role for logs in an account and region (AWS::ApiGateway::Account).',
                instead: '"existing"',
              },
            ];
      });
  },
};
