/** Whether `npm run test:deep` runs: more cases, another seed each time. */
export const deep = Boolean(process.env['WA_ML_DEEP']);

/**
 * How many cases a property is tried with, and from which seed. `npm test` always tries the same cases, so that it
 * fails for a change and never by chance; a deep run draws new ones. fast-check prints the seed of a failure:
 * `WA_ML_SEED=<seed>` repeats it.
 */
export function effort(cases: { readonly usual: number; readonly deep: number }): {
  numRuns: number;
  seed?: number;
  endOnFailure?: boolean;
} {
  const seed = process.env['WA_ML_SEED'];
  return {
    numRuns: deep ? cases.deep : cases.usual,
    ...(seed !== undefined ? { seed: Number(seed) } : deep ? {} : { seed: 20_261_121 }),
  };
}
