import snapshot from './snapshot.json';

/** Hours of a month as AWS's own calculator counts them: 365 x 24 / 12. */
export const hoursPerMonth = 730;

/** One price of the snapshot. */
export interface Price {
  readonly service: string;
  readonly key: string;
  /** What `usd` buys one of. */
  readonly unit: string;
  /** US dollars. */
  readonly usd: number;
  readonly source: string;
  /** Month in which the source read it. */
  readonly asOf: string;
  readonly confidence: string;
}

/** List prices of one region at one date: each with where it comes from. An estimate elsewhere differs by some percent. */
export const prices: {
  readonly region: string;
  readonly currency: string;
  readonly note: string;
  readonly asOf: string;
  readonly items: readonly Price[];
} = snapshot;

/** The price of e.g. `('kms', 'customer-managed-key')`; undefined where the snapshot has none. */
export function findPrice(service: string, key: string): Price | undefined {
  return prices.items.find((price) => price.service === service && price.key === key);
}

/** US dollars for one unit. @throws Error where the snapshot has no such price: a mistake in the calling code. */
export function usdOf(service: string, key: string): number {
  const price = findPrice(service, key);
  if (!price) throw new Error(`The snapshot of prices has no "${service} ${key}".`);
  return price.usd;
}
