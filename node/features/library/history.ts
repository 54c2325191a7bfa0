import { BallastError } from '../../../protocol/errors.ts';
import type { OrderBook } from '../microstructure/order-book.ts';
import { requireTrade, type Trade } from '../microstructure/trades.ts';
import { type ActivityEvent, requireActivity } from '../protocol/activity-event.ts';
import {
  type ParameterChange,
  type Proposal,
  requireGovernance,
  type Vote,
} from '../protocol/governance-event.ts';
import { type ProtocolState, requireState } from '../protocol/state.ts';
import { HOUR_MS } from '../series.ts';
import type { Bar } from './bar.ts';

/** Most items of one list of a history. */
export const MOST_ITEMS = 1_000_000;

/** Age beyond which a book or a state says nothing of the present, milliseconds. */
export const STALE_AFTER = { book: 5 * 60_000, state: 6 * HOUR_MS } as const;

/** What is known of a coin, its markets and its protocol: lists in ascending time, each of which may be empty. */
export type MarketHistory = {
  readonly bars: readonly Bar[];
  readonly books: readonly OrderBook[];
  readonly trades: readonly Trade[];
  readonly states: readonly ProtocolState[];
  readonly activity: readonly ActivityEvent[];
  readonly changes: readonly ParameterChange[];
  readonly proposals: readonly Proposal[];
  readonly votes: readonly Vote[];
};

const NOTHING: MarketHistory = {
  bars: [],
  books: [],
  trades: [],
  states: [],
  activity: [],
  changes: [],
  proposals: [],
  votes: [],
};

/**
 * @throws BallastError `HISTORY_ORDER` for times that are no whole milliseconds or descend, `HISTORY_LIMIT` for more
 *   than `MOST_ITEMS`, and what the items' own checks raise: `TRADE_INVALID`, `STATE_INVALID`, `EVENT_INVALID`.
 */
export function openHistory(lists: Partial<MarketHistory>): MarketHistory {
  const history = { ...NOTHING, ...lists };
  for (const name of Object.keys(NOTHING) as (keyof MarketHistory)[]) requireAscending(name, history[name]);
  history.trades.forEach(requireTrade);
  history.states.forEach(requireState);
  history.activity.forEach(requireActivity);
  requireGovernance(history);
  return history;
}

type Timed = { readonly time: number };

/** Items with `after` < time ≤ `until`. */
function itemsBetween<T extends Timed>(items: readonly T[], after: number, until: number): readonly T[] {
  return items.slice(countUntil(items, after), countUntil(items, until));
}

/** Items in the half-open window (now − span, now]. */
export function itemsWithin<T extends Timed>(items: readonly T[], now: number, span: number): readonly T[] {
  return itemsBetween(items, now - span, now);
}

/** Whether anything has come at or before `now`: where nothing has, a count of zero would be a guess. */
export function hasBegun(items: readonly Timed[], now: number): boolean {
  return countUntil(items, now) > 0;
}

/** The last item at or before `now` that is younger than `staleAfter`. */
export function latest<T extends Timed>(items: readonly T[], now: number, staleAfter: number): T | undefined {
  const item = items[countUntil(items, now) - 1];
  return item !== undefined && item.time > now - staleAfter ? item : undefined;
}

/** How many items have a time at or before `time`. */
function countUntil(items: readonly Timed[], time: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.time ?? Number.POSITIVE_INFINITY) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function requireAscending(name: string, items: readonly Timed[]): void {
  if (items.length > MOST_ITEMS) {
    throw new BallastError(
      'HISTORY_LIMIT',
      `${name}: got ${items.length} items, expected at most ${MOST_ITEMS}`,
      {
        metadata: { list: name },
      },
    );
  }
  let last = Number.NEGATIVE_INFINITY;
  for (const [i, { time }] of items.entries()) {
    if (!Number.isSafeInteger(time) || time < last) {
      throw new BallastError(
        'HISTORY_ORDER',
        `${name}[${i}]: got time ${time}, expected whole milliseconds in ascending order`,
        { metadata: { list: name, index: i } },
      );
    }
    last = time;
  }
}
