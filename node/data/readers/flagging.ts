import { FLAGS } from '../../features/series.ts';
import type { Bar } from './bars.ts';

/** A bar as it is printed, with what is to be said of it. */
export type FlaggedBar = {
  readonly bar: Bar;
  /** Bits of `FLAGS`. */
  readonly flags: number;
  /** The close as it was believed at that moment: the print itself, or the running median while it is held. */
  readonly level: number;
  /** Expected observations that are missing right before it. */
  readonly missing: number;
  /** What of the bar was not believed at once. */
  readonly held: readonly HeldPrint[];
};

export type HeldPrint = {
  readonly field: 'close' | 'high' | 'low';
  readonly price: number;
  /** What the prints before it say. */
  readonly level: number;
  /** Whether the prints after it confirm it; undefined where the file ends too soon to tell. */
  readonly confirmed: boolean | undefined;
};

export type FlagRules = {
  /** Share of the median beyond which a print needs to be confirmed. */
  readonly jump: number;
  /** Seconds between bars; absent for a feed without a rhythm. */
  readonly step?: number;
  /** Longest silence of a sound feed, seconds. */
  readonly heartbeat?: number;
  /** Days (by the second at which their bars were known) whose high or low the vendor got wrong. */
  readonly vendorDays?: ReadonlyMap<number, VendorFault>;
};

export type VendorFault = { readonly high: boolean; readonly low: boolean };

/** What a round may be late by before its feed counts as silent, seconds: measured rounds are late by up to 130. */
export const HEARTBEAT_GRACE = 600;
/** Bars on either side of the one that they confirm: the median is over five. */
const NEIGHBOURS = 2;

/**
 * Says of each bar what is doubtful about it; drops and alters nothing.
 *
 * A print is `held` when it stands more than `jump` away from the median of the last three, itself included, so
 * that the very next print confirms a true break: this looks back only and can run live. A high or low is held
 * when it stands as far outside its own bar's open and close as well, or when the vendor got it wrong. A held print is an `outlier`
 * when the median of the five around it stands as far away: two bars of hindsight. (So three wild prints of five
 * count as a market.)
 */
export async function* flagBars(bars: AsyncIterable<Bar>, rules: FlagRules): AsyncGenerator<FlaggedBar> {
  // The bar in question with its neighbours, oldest first; `waiting` of them have not been passed on yet.
  const window: Bar[] = [];
  let waiting = 0;
  for await (const bar of bars) {
    window.push(bar);
    waiting++;
    if (window.length > 2 * NEIGHBOURS + 2) window.shift();
    if (waiting > NEIGHBOURS) yield flagBar(window, window.length - waiting--, rules);
  }
  while (waiting > 0) yield flagBar(window, window.length - waiting--, rules);
}

/**
 * As {@link flagBars} bar by bar, with what is known at the bar: no print is an `outlier` yet, and `confirmed` is
 * undefined.
 */
export function createFlagger(rules: FlagRules): (bar: Bar) => FlaggedBar {
  const window: Bar[] = [];
  return (bar) => {
    window.push(bar);
    if (window.length > NEIGHBOURS + 1) window.shift();
    return flagBar(window, window.length - 1, rules);
  };
}

function flagBar(window: readonly Bar[], at: number, rules: FlagRules): FlaggedBar {
  const bar = window[at] as Bar;
  const previous = window[at - 1];
  const { jump, step, heartbeat } = rules;
  const silence = previous === undefined ? 0 : bar.second - previous.second;
  const missing = step === undefined ? 0 : Math.max(0, Math.round(silence / step) - 1);
  const held: HeldPrint[] = [];
  const judge = (field: HeldPrint['field'], doubted = false): number => {
    const price = bar[field];
    if (at < NEIGHBOURS) return price;
    const far = (middle: number) => Math.abs(price - middle) > jump * middle;
    const around = window.slice(at - NEIGHBOURS, at + NEIGHBOURS + 1).map((b) => b[field]);
    const past = median(around.slice(0, NEIGHBOURS + 1));
    if (!far(past) && !doubted) return price;
    const confirmed = around.length < 2 * NEIGHBOURS + 1 ? undefined : !far(median(around));
    held.push({ field, price, level: past, confirmed });
    return past;
  };
  const level = judge('close');
  const fault = rules.vendorDays?.get(bar.second);
  const { highBeyond, lowBeyond } = wicks(bar, jump);
  if (highBeyond) judge('high', fault?.high);
  if (lowBeyond) judge('low', fault?.low);
  const vendor = (highBeyond && fault?.high === true) || (lowBeyond && fault?.low === true);

  const flags =
    (missing > 0 ? FLAGS.gap : 0) |
    (heartbeat !== undefined && silence > heartbeat + HEARTBEAT_GRACE ? FLAGS.stale : 0) |
    (held.length > 0 || vendor ? FLAGS.held : 0) |
    (held.some(({ confirmed }) => confirmed === false) ? FLAGS.outlier : 0) |
    (vendor ? FLAGS.vendor : 0);
  return { bar, flags, level, missing, held };
}

/** Whether a bar's extremes stand more than `jump` outside its open and close. */
export function wicks({ open, high, low, close }: Bar, jump: number) {
  return {
    highBeyond: high > (1 + jump) * Math.max(open, close),
    lowBeyond: low < (1 - jump) * Math.min(open, close),
  };
}

/** Of an odd number of values. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) / 2] ?? Number.NaN;
}
