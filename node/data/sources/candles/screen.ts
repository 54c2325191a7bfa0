import type { Bar } from '../../readers/bars.ts';
import { CLOCK_SKEW, type RefusedObservation, type TimeRange } from '../data-source.ts';
import type { Refusals } from '../refusal.ts';
import { numberOf, shown } from '../wire.ts';
import type { CandleVenue } from './venue.ts';

/** A price that stands this many times above or below the one before is in another unit: cents, wei, another pair. */
export const UNIT_FACTOR = 50;

export type Asked = {
  readonly venue: CandleVenue;
  /** What the answer may hold; of a venue that answers `since`, what is wanted of it. */
  readonly page: TimeRange;
  /** Seconds. */
  readonly step: number;
  /** Seconds since the epoch. */
  readonly now: number;
  /** Close of the last bar before the page, where there is one. */
  readonly lastClose: number | undefined;
};

/** The rows of one answer: bars in ascending order, complete and of the page, and what was refused of the rest. */
export type Screened = { readonly bars: readonly Bar[]; readonly refused: readonly RefusedObservation[] };

/**
 * Believes of a venue's rows what can be: whole fields, a high and a low that hold the rest, times on the interval's
 * grid, inside the page, in order and one row each. A time with two different rows has neither. What is not complete
 * yet is passed over.
 */
export function screenCandles(rows: readonly unknown[], asked: Asked, refusals: Refusals): Screened {
  const { venue, page, step, now } = asked;
  const ordered = venue.newestFirst ? rows.toReversed() : rows;
  const refused: RefusedObservation[] = [];
  const taken = new Map<number, Bar>();
  const disputed = new Set<number>();
  let latest = Number.NEGATIVE_INFINITY;
  for (const row of ordered) {
    const bar = readCandle(row, venue, step);
    if (typeof bar === 'string') {
      refused.push(refusals.refuse('DATA_MALFORMED', `got ${shown(row)}, expected ${bar}`));
      continue;
    }
    const opened = bar.second - step;
    if (opened > now + CLOCK_SKEW) {
      refused.push(refusals.refuse('DATA_FUTURE', `got ${shown(row)}, expected a candle that has begun`));
      continue;
    }
    if (opened < page.from || opened >= page.to) {
      if (venue.answers === 'page') {
        const span = `${page.from} to ${page.to}`;
        refused.push(refusals.refuse('DATA_MALFORMED', `got ${shown(row)}, expected a time from ${span}`));
      }
      continue;
    }
    if (bar.second > now) continue;
    const before = taken.get(opened);
    if (before !== undefined || disputed.has(opened)) {
      refused.push(refusals.refuse('DATA_DUPLICATE', `got ${shown(row)}, expected a time of its own`));
      if (before !== undefined && !isSame(before, bar)) {
        taken.delete(opened);
        disputed.add(opened);
      }
      continue;
    }
    if (opened < latest) {
      refused.push(refusals.refuse('DATA_LATE', `got ${shown(row)}, expected a time after ${latest}`));
      continue;
    }
    latest = opened;
    taken.set(opened, bar);
  }
  return sameUnit([...taken.values()], asked, refused, refusals);
}

function sameUnit(
  bars: readonly Bar[],
  { lastClose }: Asked,
  refused: RefusedObservation[],
  refusals: Refusals,
): Screened {
  let level = lastClose ?? middleOf(bars);
  const kept = bars.filter((bar) => {
    const isOff = (price: number) =>
      level !== undefined && (price > level * UNIT_FACTOR || price < level / UNIT_FACTOR);
    if (isOff(bar.open) || isOff(bar.close) || bar.high > UNIT_FACTOR * bar.low) {
      const got = `${bar.open}, ${bar.high}, ${bar.low}, ${bar.close} at ${bar.second}`;
      const expected = `prices within ${UNIT_FACTOR} times of ${level ?? 'one another'}`;
      refused.push(refusals.refuse('DATA_UNIT', `got ${got}, expected ${expected}`));
      return false;
    }
    level = bar.close;
    return true;
  });
  return { bars: kept, refused };
}

/** The bar of a row, or what was expected of it. */
function readCandle(row: unknown, venue: CandleVenue, step: number): Bar | string {
  const raw = venue.candleOf(row);
  if (raw === undefined) return 'a row of the venue';
  const opened = numberOf(raw.openedAt);
  if (opened === undefined || opened < 0 || opened > 9_999_999_999 || opened % step !== 0) {
    return `an open time on the grid of ${step} s`;
  }
  const [open, high, low, close] = [raw.open, raw.high, raw.low, raw.close].map(numberOf);
  const volume = numberOf(raw.volume);
  for (const price of [open, high, low, close]) {
    if (price === undefined || !(price > 1e-18 && price < 1e18)) return 'prices above zero';
  }
  if (volume === undefined || volume < 0) return 'a volume from 0';
  // Checked above; the compiler does not follow the loop.
  const [o, h, l, c] = [open ?? 0, high ?? 0, low ?? 0, close ?? 0];
  if (h < Math.max(o, c) || l > Math.min(o, c)) return 'a high and a low that hold open and close';
  const unknown = { marketCap: Number.NaN, supply: Number.NaN };
  return { line: 0, second: opened + step, open: o, high: h, low: l, close: c, volume, ...unknown };
}

/** Where nothing is known before the answer, its middle row says what its prices are counted in: no single row can. */
function middleOf(bars: readonly Bar[]): number | undefined {
  return bars.map(({ close }) => close).toSorted((a, b) => a - b)[bars.length >> 1];
}

function isSame(a: Bar, b: Bar): boolean {
  return (['open', 'high', 'low', 'close', 'volume'] as const).every((field) => a[field] === b[field]);
}
