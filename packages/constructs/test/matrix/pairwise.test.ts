import { describe, expect, it } from 'vitest';
import { pairwise, type Case, type Factor, type Pair } from './pairwise';

const factors: readonly Factor[] = [
  { name: 'machine', values: ['cpu', 'gpu', 'chip'] },
  { name: 'precision', values: ['fp32', 'fp16', 'bf16'] },
  { name: 'rollout', values: ['canary', 'all-at-once'] },
  { name: 'cache', values: [false, true] },
];
const named = (chosen: Case) => factors.map(({ values }, index) => values[chosen[index]!]);
const pairsOf = (cases: readonly Case[]) =>
  new Set(
    cases.flatMap((chosen) =>
      chosen.flatMap((value, left) =>
        chosen.slice(left + 1).map((other, step) => `${left}=${value}&${left + step + 1}=${other}`),
      ),
    ),
  );
const allPairs = 3 * 3 + 4 * (3 * 2) + 2 * 2;

describe('the pairwise generator', () => {
  it('covers every pair in far fewer cases than there are combinations', () => {
    const cases = [...pairwise(factors, () => [])];
    expect(pairsOf(cases).size).toBe(allPairs);
    expect(cases.length).toBeLessThan(13); // of 36; 9 is the least that 3 x 3 values allow
  });

  it('makes only valid cases, helps a pair that needs a third value, and names the rule of one that nothing helps', () => {
    const excluded: Pair[] = [];
    const refused = (chosen: Case) => {
      const [machine, precision, , cache] = named(chosen);
      return [
        ...(precision === 'fp16' && machine === 'cpu' ? ['half-on-cpu'] : []),
        ...(machine === 'chip' && cache ? ['chip-caches-nothing'] : []),
      ];
    };
    const cases = [...pairwise(factors, refused, excluded)];
    for (const chosen of cases) expect(refused(chosen)).toEqual([]);
    expect(excluded).toEqual([
      { left: 'machine = "cpu"', right: 'precision = "fp16"', rules: ['half-on-cpu'] },
      { left: 'machine = "chip"', right: 'cache = true', rules: ['chip-caches-nothing'] },
    ]);
    expect(pairsOf(cases).size).toBe(allPairs - 2); // fp16 with a cache needs the GPU's help, and gets it
  });

  it('is the same every time', () => {
    expect([...pairwise(factors, () => [])]).toEqual([...pairwise(factors, () => [])]);
  });
});
