import type { CfnResource } from 'aws-cdk-lib';
import { NagMessageLevel, NagPack, NagRuleCompliance, type NagPackProps } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { CheckedTree } from './checked-tree';
import { rules } from './rules';

/**
 * Rules for machine learning that no public pack has, beside AwsSolutions: `Validations.of(app).addPlugins(new MlChecks())`.
 * Acknowledge one by `{ id: 'WaMl-<rule>', reason }`, or `'WaMl-<rule>[<part>]'` where the finding names a part.
 */
export class MlChecks extends NagPack {
  readonly name = 'wa-ml';
  private tree!: CheckedTree;

  constructor(props: NagPackProps = {}) {
    super(undefined, { verbose: true, ...props });
    this.packName = 'WaMl';
  }

  /** Every validation reads the tree anew: an app is synthesised again after somebody has changed it. */
  override validateScope(scope: IConstruct): ReturnType<NagPack['validateScope']> {
    this.tree = new CheckedTree(scope);
    return super.validateScope(scope);
  }

  protected checkResource(node: CfnResource): void {
    for (const rule of rules) {
      if (!rule.resources.includes(node.cfnResourceType)) continue;
      this.applyRule({
        ruleSuffixOverride: rule.id,
        info: rule.what,
        explanation: `${rule.why} (${rule.policy})`,
        level: rule.level === 'warning' ? NagMessageLevel.WARN : NagMessageLevel.ERROR,
        node,
        rule: () => {
          const kept = rule.check(this.tree.resource(node));
          if (typeof kept !== 'boolean') return [...kept];
          return kept ? NagRuleCompliance.COMPLIANT : NagRuleCompliance.NON_COMPLIANT;
        },
      });
    }
  }
}
