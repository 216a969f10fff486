import type { Release } from './release';

/** SageMaker's own name for an only variant; it stays when a second one comes, and so does its scaling. */
export const mainVariant = 'AllTraffic';

/** One model behind an endpoint. */
export interface ServedVariant {
  readonly name: string;
  /** Before the ids of its constructs; empty for the main one. */
  readonly prefix: string;
  readonly release: Release;
  /** Share of the requests. */
  readonly weight: number;
  /** Whether it only gets copies of the requests, and its answers go nowhere. */
  readonly isShadow: boolean;
}

/** The variants of a release: the model itself, and the challenger or the shadow that stands beside it. */
export function servedVariants(release: Release): readonly ServedVariant[] {
  const { challenger, shadow } = release;
  return [
    {
      name: mainVariant,
      prefix: '',
      release,
      weight: challenger ? rounded(1 - challenger.weight) : 1,
      isShadow: false,
    },
    ...(challenger ? [second('Challenger', challenger, false)] : []),
    ...(shadow ? [second('Shadow', shadow, true)] : []),
  ];
}

function second(
  name: string,
  release: Release & { readonly weight: number },
  isShadow: boolean,
): ServedVariant {
  return { name, prefix: name, release, weight: release.weight, isShadow };
}

/** 1 - 0.1 is 0.9, not 0.90000000000000002. */
const rounded = (weight: number): number => Number(weight.toFixed(6));
