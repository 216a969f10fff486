/** An option and its values; the first is the neutral one, which no rule refuses by itself. */
export interface Factor {
  readonly name: string;
  readonly values: readonly unknown[];
}

/** One case: by option the index of its value. */
export type Case = readonly number[];

export interface Pair {
  readonly left: string;
  readonly right: string;
  /** Ids of the rules that refuse it, with everything else at its neutral value. */
  readonly rules: readonly string[];
}

/** Ids of the rules that refuse a case; none: it is valid. */
export type Refusal = (chosen: Case) => readonly string[];

type Choice = readonly [factor: number, value: number];

/**
 * Cases that together hold every pair of values that the rules allow, most new pairs first: greedy, and always the same
 * for the same factors. A pair that is refused with everything else neutral gets up to two other values to help it;
 * what still is refused is handed to `excluded` with the rules that refuse it.
 */
export function* pairwise(
  factors: readonly Factor[],
  refused: Refusal,
  excluded: Pair[] = [],
): Generator<Case> {
  const open = new Map<string, readonly [Choice, Choice]>();
  for (const [left, { values }] of factors.entries())
    for (let right = left + 1; right < factors.length; right++)
      for (const value of values.keys())
        for (const other of factors[right]!.values.keys()) {
          const choices = [
            [left, value],
            [right, other],
          ] as const;
          open.set(key(...choices), choices);
        }

  const take = (base: Case, fixed: ReadonlySet<number>): Case => {
    const chosen = filled(factors, base, fixed, open, refused);
    for (const [left, value] of chosen.entries())
      for (let right = left + 1; right < chosen.length; right++)
        open.delete(key([left, value], [right, chosen[right]!]));
    return chosen;
  };
  for (const helpers of [0, 1, 2]) {
    for (const [id, pair] of open) {
      if (!open.has(id)) continue;
      const start = helped(factors, pair, helpers, refused);
      if (start) yield take(start.base, start.fixed);
    }
  }
  for (const pair of open.values()) {
    const [left, right] = pair.map(([factor, value]) => shown(factors[factor]!, value));
    excluded.push({ left: left!, right: right!, rules: refused(neutralWith(factors, pair)) });
  }
}

const key = (left: Choice, right: Choice): string => `${left.join('=')}&${right.join('=')}`;

/** `models.*.training.capacity = spot` */
export function shown({ name, values }: Factor, value: number): string {
  return `${name} = ${values[value] === undefined ? '(default)' : JSON.stringify(values[value])}`;
}

function neutralWith(factors: readonly Factor[], choices: readonly Choice[]): number[] {
  const chosen = factors.map(() => 0);
  for (const [factor, value] of choices) chosen[factor] = value;
  return chosen;
}

/** The pair with as many other values as it may need until no rule refuses it. */
function helped(
  factors: readonly Factor[],
  pair: readonly [Choice, Choice],
  helpers: number,
  refused: Refusal,
  from = 0,
  added: readonly Choice[] = [],
): { base: Case; fixed: ReadonlySet<number> } | undefined {
  if (helpers === 0) {
    const choices = [...pair, ...added];
    const base = neutralWith(factors, choices);
    return refused(base).length === 0
      ? { base, fixed: new Set(choices.map(([factor]) => factor)) }
      : undefined;
  }
  for (let factor = from; factor < factors.length; factor++) {
    if (pair.some(([taken]) => taken === factor)) continue;
    for (let value = 1; value < factors[factor]!.values.length; value++) {
      const more = [...added, [factor, value] as const];
      const found = helped(factors, pair, helpers - 1, refused, factor + 1, more);
      if (found) return found;
    }
  }
  return undefined;
}

/** Gives every option that is not fixed the value that brings most new pairs and that no rule refuses. */
function filled(
  factors: readonly Factor[],
  base: Case,
  fixed: ReadonlySet<number>,
  open: ReadonlyMap<string, unknown>,
  refused: Refusal,
): Case {
  const chosen = [...base];
  const settled = new Set(fixed);
  for (const factor of factors.keys()) {
    if (settled.has(factor)) continue;
    const gain = (value: number): number =>
      [...settled].filter((other) => {
        const [left, right] = [
          [factor, value],
          [other, chosen[other]!],
        ].sort(([one], [two]) => one! - two!) as [Choice, Choice];
        return open.has(key(left, right));
      }).length;
    const byGain = [...factors[factor]!.values.keys()].sort(
      (one, other) => gain(other) - gain(one) || other - one,
    );
    chosen[factor] =
      byGain.find((value) => refused(chosen.with(factor, value)).length === 0) ?? chosen[factor]!;
    settled.add(factor);
  }
  return chosen;
}
