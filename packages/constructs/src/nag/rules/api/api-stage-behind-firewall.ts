import type { MlRule } from '../../ml-rule';
import { at, textAt } from '../../reading';

export const apiStageBehindFirewall: MlRule = {
  id: 'api-stage-behind-firewall',
  policy: 'SEC-6',
  resources: ['AWS::ApiGateway::Stage'],
  what: 'No firewall is in front of this stage.',
  why: 'A public API is scanned from its first hour; AWS WAF refuses known attacks and callers who send too much.',
  check: (stage) =>
    stage
      .inStack('AWS::WAFv2::WebACLAssociation')
      .some(
        ({ properties }) =>
          JSON.stringify(at(properties, 'ResourceArn') ?? '').includes(`"${stage.logicalId}"`) ||
          textAt(properties, 'ResourceArn').endsWith(
            `/stages/${textAt(stage.properties, 'StageName')}`,
          ),
      ),
};
