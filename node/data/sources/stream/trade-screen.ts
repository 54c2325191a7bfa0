import { FLAGS } from '../../../features/series.ts';
import { createFlagger } from '../../readers/flagging.ts';
import { UNIT_FACTOR } from '../candles/screen.ts';
import { CLOCK_SKEW, type Observation } from '../data-source.ts';
import type { Refusals } from '../refusal.ts';
import type { StreamTrade } from './stream-venue.ts';

/** Trades that may be missing between two: a number further off is no number of a trade. */
const MOST_MISSING = 1_000_000;
/** A trade that is told this much later is flagged `stale`, seconds. */
const LATE = 60;

/** Believes of a stream's trades what follows on the one before: a new number, a time in order, a price in its unit. */
export class TradeScreen {
  readonly #source: string;
  readonly #flagger: ReturnType<typeof createFlagger>;
  #last: StreamTrade | undefined;
  #line = 0;

  /** @param jump share of the price beyond which a print needs to be confirmed. */
  constructor(source: string, jump: number) {
    this.#source = source;
    this.#flagger = createFlagger({ jump });
  }

  /**
   * @param level what the market's book says, where there is one.
   * @param again whether a trade that is known is no fault.
   */
  screen(
    trade: StreamTrade,
    context: {
      readonly now: number;
      readonly level: number | undefined;
      readonly again: boolean;
      readonly refusals: Refusals;
    },
  ): Observation[] {
    const { now, again, refusals } = context;
    const { id, second, price, quantity, taker } = trade;
    const last = this.#last;
    const got = `trade ${id} at ${second} for ${price}`;
    const refuse = (code: Parameters<Refusals['refuse']>[0], expected: string) => [
      refusals.refuse(code, `got ${got}, expected ${expected}`),
    ];
    if (second > now + CLOCK_SKEW) return refuse('DATA_FUTURE', `a time up to ${now}`);
    if (last !== undefined && id <= last.id) {
      return again ? [] : refuse('DATA_DUPLICATE', `a number above ${last.id}`);
    }
    if (last !== undefined && id > last.id + MOST_MISSING)
      return refuse('DATA_MALFORMED', `a number near ${last.id}`);
    if (last !== undefined && second < last.second - CLOCK_SKEW) {
      return refuse('DATA_LATE', `a time after ${last.second}`);
    }
    const level = last?.price ?? context.level;
    if (level !== undefined && (price > level * UNIT_FACTOR || price < level / UNIT_FACTOR)) {
      return refuse('DATA_UNIT', `a price within ${UNIT_FACTOR} times of ${level}`);
    }
    this.#last = trade;
    const source = this.#source;
    const none = { marketCap: Number.NaN, supply: Number.NaN };
    const bar = { line: ++this.#line, second, open: price, high: price, low: price, close: price };
    const { flags } = this.#flagger({ ...bar, volume: quantity, ...none });
    const late = now - second > LATE ? FLAGS.stale : 0;
    const observation: Observation = {
      kind: 'trade',
      source,
      id: String(id),
      second,
      price,
      quantity,
      taker,
      flags: flags | late,
      receivedAt: now,
    };
    const missing = last === undefined ? 0 : id - last.id - 1;
    if (last === undefined || missing === 0) return [observation];
    const to = Math.max(second, last.second);
    return [{ kind: 'gap', source, from: last.second, to, missing, reason: 'disconnected' }, observation];
  }
}
