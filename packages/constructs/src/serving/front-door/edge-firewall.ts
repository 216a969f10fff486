import type { ApiSettings } from '@wa-ml/config';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { acknowledgeInPacks } from '../../foundation/acknowledge-in-packs';
import { firewallRules } from './firewall';

/** AWS WAF in front of CloudFront. AWS has such firewalls in us-east-1 only, so that it has a stack of its own there. */
export class EdgeFirewall extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: { readonly api: ApiSettings }) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      rules: firewallRules(props.api, true),
      visibilityConfig: {
        metricName: 'all',
        cloudWatchMetricsEnabled: true,
        sampledRequestsEnabled: false,
      },
    });
    acknowledgeInPacks(
      acl,
      'WAFv2LoggingEnabled',
      'Its log would lie in us-east-1, outside of the regions and keys of the environment: CloudFront logs every read with its status, and AWS WAF counts by rule what it blocks.',
    );
    this.arn = acl.attrArn;
  }
}
