import type { Tier } from '@wa-ml/config';
import { RemovalPolicy } from 'aws-cdk-lib';

/** Stateful resources outlive their stack everywhere but in development, where leftovers only cost money. */
export function removalPolicy(tier: Tier): RemovalPolicy {
  return tier === 'development' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
}
