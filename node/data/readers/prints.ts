import type { PricePoint } from './prices.ts';

/** A print that was replaced because no neighbour confirmed it. */
export type FlaggedPrint = { readonly second: number; readonly price: number; readonly replacedBy: number };

/** Distance from the running median, as a share of it, above which a print needs to be confirmed. */
export const UNCONFIRMED_JUMP = 0.05;

/**
 * Replaces single wild prints by the median of the last three, and names each of them.
 *
 * The filter looks back only, so that it can run live: a jump of more than `threshold` is held back until the next
 * observation confirms it, which delays a true break by one observation and stops a misprint altogether.
 *
 * @param threshold share of the median; the default is 5 %.
 */
export async function* holdUnconfirmed(
  points: AsyncIterable<PricePoint>,
  flagged: FlaggedPrint[],
  threshold: number = UNCONFIRMED_JUMP,
): AsyncGenerator<PricePoint> {
  const recent: number[] = [];
  for await (const point of points) {
    recent.push(point.price);
    if (recent.length > 3) recent.shift();
    const middle = median(recent);
    if (recent.length === 3 && Math.abs(point.price - middle) > threshold * middle) {
      flagged.push({ ...point, replacedBy: middle });
      yield { second: point.second, price: middle };
    } else yield point;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
