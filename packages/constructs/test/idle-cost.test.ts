import { cost, idleCost, type IdleCost } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';
import { synthesiseExample } from './generated-infra';

const { templates } = await synthesiseExample({ environments: ['dev'] });
const estimates = Object.entries(templates).map(([stack, template]) => ({
  stack,
  ...idleCost(template),
}));
const lines = estimates.flatMap(({ stack, lines: each }) =>
  each.map((line) => ({ stack, ...line })),
);

/** The lines as a table, largest first. */
function table(rows: readonly (IdleCost & { stack: string })[]): string {
  return [...rows]
    .sort((one, other) => other.usd - one.usd)
    .map(
      ({ stack, resource, what, usd }) =>
        `${usd.toFixed(2).padStart(7)}  ${what}  (${stack} ${resource})`,
    )
    .join('\n');
}

describe('an idle development environment with one model', () => {
  it('is priced as a whole: no resource is unknown, none is without a price', () => {
    for (const { stack, unpriced, unknownTypes } of estimates)
      expect([...unpriced, ...unknownTypes], stack).toEqual([]);
  });

  it(`costs less than $${cost.idleDevelopment.maxUsd} a month, around the clock`, () => {
    const usd = lines.reduce((sum, line) => sum + line.usd, 0);
    console.log(`${table(lines)}\n${usd.toFixed(2).padStart(7)}  a month`);
    expect(lines.some(({ what }) => what === 'ml.m5.large x 1')).toBe(true);
    expect(usd).toBeLessThan(cost.idleDevelopment.maxUsd);
  });
});
