import { apiLimits, type ApiSettings, type NormalisedEnvironment } from '@wa-ml/config';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { environmentLog } from '../../foundation/environment-log';

/** Seconds over which AWS WAF counts the requests of an address. */
const windowSeconds = 300;
/** AWS WAF looks at bodies in steps of this size; in kilobytes. */
const inspectionStep = 16;

/** Rule groups that AWS keeps up to date; a rule group of the name has these rules counted, not enforced. */
const managedGroups: Readonly<Record<string, readonly string[]>> = {
  // It blocks bodies over 8 KB, which rows of a model soon are; our own rule says how long they may be.
  AWSManagedRulesCommonRuleSet: ['SizeRestrictions_BODY'],
  AWSManagedRulesKnownBadInputsRuleSet: [],
  AWSManagedRulesAmazonIpReputationList: [],
};

const seen = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false, // samples hold headers and addresses
});

/** Rules of a firewall; the numbers are their order. */
export function firewallRules(api: ApiSettings, isEdge: boolean): CfnWebACL.RuleProperty[] {
  const bytes = api.bodyKilobytes * 1024;
  const isInspected = !isEdge && api.bodyKilobytes <= apiLimits.inspectedKilobytes;
  const rate: CfnWebACL.RuleProperty = {
    name: 'rate',
    priority: 0,
    action: { block: { customResponse: { responseCode: 429 } } },
    statement: {
      rateBasedStatement: {
        // One address may use all that the API lets in, and no more.
        limit: Math.max(10, Math.ceil(api.rate * windowSeconds)),
        evaluationWindowSec: windowSeconds,
        aggregateKeyType: 'IP',
        // Behind CloudFront all readers share its addresses; the firewall there counts them.
        ...(api.cloudFront && !isEdge ? { scopeDownStatement: isPost } : {}),
      },
    },
    visibilityConfig: seen('rate'),
  };
  const size: CfnWebACL.RuleProperty = {
    name: 'body-size',
    priority: 1,
    action: { block: { customResponse: { responseCode: 413 } } },
    statement: {
      sizeConstraintStatement: {
        // What is longer than AWS WAF looks is too long as well.
        fieldToMatch: { body: { oversizeHandling: 'MATCH' } },
        comparisonOperator: 'GT',
        size: bytes,
        textTransformations: [{ priority: 0, type: 'NONE' }],
      },
    },
    visibilityConfig: seen('body-size'),
  };
  const managed = Object.entries(managedGroups).map(
    ([name, counted], index): CfnWebACL.RuleProperty => ({
      name,
      priority: 2 + index,
      overrideAction: { none: {} },
      statement: {
        managedRuleGroupStatement: {
          vendorName: 'AWS',
          name,
          ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
        },
      },
      visibilityConfig: seen(name),
    }),
  );
  return [rate, ...(isInspected ? [size] : []), ...managed];
}

const isPost: CfnWebACL.StatementProperty = {
  byteMatchStatement: {
    fieldToMatch: { method: {} },
    positionalConstraint: 'EXACTLY',
    searchString: 'POST',
    textTransformations: [{ priority: 0, type: 'NONE' }],
  },
};

export interface FirewallProps {
  readonly environment: NormalisedEnvironment;
  /** Part of the log group's name. */
  readonly apiName: string;
  readonly api: ApiSettings;
  readonly stage: Stage;
  readonly auditKey: IKey;
}

/** AWS WAF in front of the API: AWS's rules, a rate for each address, and a longest body. It logs what it blocks. */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const { api, environment } = props;
    const inspected = Math.min(
      apiLimits.inspectedKilobytes,
      inspectionStep * Math.ceil(api.bodyKilobytes / inspectionStep),
    );
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      associationConfig: {
        requestBody: { API_GATEWAY: { defaultSizeInspectionLimit: `KB_${inspected}` } },
      },
      rules: firewallRules(api, false),
      visibilityConfig: seen('all'),
    });
    new CfnWebACLAssociation(this, 'Association', {
      webAclArn: acl.attrArn,
      resourceArn: props.stage.stageArn,
    });
    const logs = environmentLog(this, 'Logs', {
      logGroupName: `aws-waf-logs-${props.apiName}`, // AWS WAF takes groups of this prefix only
      environment,
      key: props.auditKey,
    });
    const logging = new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: `aws-waf-logs-${props.apiName}`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }],
          },
        ],
      },
      // An entity's id stands in the path.
      redactedFields: [
        { uriPath: {} },
        { queryString: {} },
        ...['authorization', 'x-api-key', 'cookie'].map((Name) => ({ singleHeader: { Name } })),
      ],
    });
    logging.node.addDependency(logs);
  }
}
