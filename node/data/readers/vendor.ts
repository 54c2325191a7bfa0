import { readBars } from './bars.ts';
import { type VendorFault, wicks } from './flagging.ts';
import { formatOf } from './formats.ts';

/** Fewest files that must agree on a wrong day. */
const VENDOR_QUORUM = 3;

/**
 * The days on which a vendor's highs or lows are wrong.
 *
 * A day's high is wrong when at least three files, and at least half of those that have the day, show a high far
 * above both their open and their close: unrelated coins do not all leave their pegs on one day and all end it at
 * par. Likewise for lows. One file's extreme alone says nothing of the vendor; a depeg that closes away from the
 * peg is confirmed by its close.
 *
 * @param files daily files of one vendor, each asset once.
 * @returns faults by the second at which the day's bars were known.
 * @throws what `readBars` throws.
 */
export async function findVendorDays(
  files: readonly string[],
  signal?: AbortSignal,
): Promise<Map<number, VendorFault>> {
  const { pegJump } = formatOf('daily');
  const days = new Map<number, { high: number; low: number }>();
  const spans: { first: number; last: number }[] = [];
  for (const file of files) {
    let first = Number.NaN;
    let last = Number.NaN;
    for await (const bar of readBars(file, 'daily')) {
      signal?.throwIfAborted();
      const { second } = bar;
      if (Number.isNaN(first)) first = second;
      last = second;
      const { highBeyond, lowBeyond } = wicks(bar, pegJump);
      if (!highBeyond && !lowBeyond) continue;
      const day = days.get(second) ?? { high: 0, low: 0 };
      days.set(second, { high: day.high + Number(highBeyond), low: day.low + Number(lowBeyond) });
    }
    spans.push({ first, last });
  }
  const faults = new Map<number, VendorFault>();
  for (const [second, count] of days) {
    const having = spans.filter(({ first, last }) => first <= second && second <= last).length;
    const wrong = (files: number) => files >= VENDOR_QUORUM && 2 * files >= having;
    if (wrong(count.high) || wrong(count.low)) {
      faults.set(second, { high: wrong(count.high), low: wrong(count.low) });
    }
  }
  return faults;
}
