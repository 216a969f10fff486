import type { CapabilityStack } from '@wa-ml/constructs';

/**
 * Yours: change any stack by CDK's own means, just before it is synthesised. It gets every stack of every environment.
 *
 * @example
 * import { Bucket } from 'aws-cdk-lib/aws-s3';
 *
 * if (stack.capability === 'foundation' && stack.subject.environment.tier === 'production') {
 *   new Bucket(stack, 'Reports', { enforceSSL: true });
 * }
 *
 * @example a property that no construct offers
 * const budget = stack.node.findChild('Environment').node.findChild('Budget') as CfnBudget;
 * budget.addPropertyOverride('Budget.BudgetLimit.Amount', 250);
 */
export function customise(_stack: CapabilityStack): void {}
