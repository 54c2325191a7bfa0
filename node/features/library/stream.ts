import { BallastError } from '../../../protocol/errors.ts';
import { type Bar, createBarReader } from './bar.ts';
import type { Column, FeatureRow, LibraryFeature, MomentFeature } from './feature.ts';
import { type MarketHistory, openHistory } from './history.ts';

/** A row of features and what is known of its moment. */
export type TimedRow = FeatureRow & {
  /** Milliseconds since the epoch: nothing later is in it. */
  readonly time: number;
  /** Bits of `FLAGS` of the last bar; 0 where there is none. */
  readonly flags: number;
};

/** Features as one stream. */
export type FeatureStream = {
  readonly columns: readonly Column[];
  /** Bars until every column of bars has a value. */
  readonly warmupBars: number;
  /**
   * Takes the next bar; the arrays of the row are its own.
   *
   * @param history what features of books, trades and the protocol read, as `openHistory` gives it: at or before the end
   *   of the bar. Left out, they are missing.
   * @throws BallastError `BAR_TIME` unless the bar ends one bar after the last.
   */
  readonly push: (bar: Bar, history?: MarketHistory) => TimedRow;
};

/** @param options.barSeconds length of a bar: a whole number from 1 to a day's. */
export function createFeatureStream(
  features: readonly LibraryFeature[],
  options: { readonly barSeconds: number },
): FeatureStream {
  const step = requireBarSeconds(options.barSeconds) * 1000;
  const columns = features.flatMap((feature) => feature.columns);
  const steps = features.map((feature) => ({
    width: feature.columns.length,
    take: feature.input === 'bars' ? feature.create() : momentStep(feature),
  }));
  const read = createBarReader();
  let last: number | null = null;
  return {
    columns,
    warmupBars: Math.max(0, ...features.map(({ warmupBars }) => warmupBars)),
    push: (bar, history = NO_HISTORY) => {
      if (!Number.isSafeInteger(bar.time) || (last !== null && bar.time !== last + step)) {
        throw new BallastError(
          'BAR_TIME',
          `bar: got time ${bar.time}, expected ${last === null ? 'whole milliseconds' : last + step}`,
          {
            metadata: { time: bar.time, last },
            hint: 'a bar that is missing is given with a close of NaN, and flagged as a gap',
          },
        );
      }
      last = bar.time;
      const known = read(bar);
      const row = emptyRow(columns.length);
      let offset = 0;
      for (const { take, width } of steps) {
        take(known, row, offset, history);
        offset += width;
      }
      return { ...row, time: bar.time, flags: known.flags };
    },
  };
}

const NO_HISTORY = openHistory({});

function momentStep(feature: MomentFeature) {
  return (bar: Bar, row: FeatureRow, offset: number, history: MarketHistory) =>
    feature.compute(history, bar.time, row, offset);
}

/** Rows of features, row-major, as `createFeatureStream` gives them one by one. */
export type FeatureMatrix = {
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly warmupBars: number;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly missing: Uint8Array;
  readonly flags: Uint8Array;
};

/**
 * Features of all bars: the stream, fed in a loop.
 *
 * @param options.history as in `push`: each bar reads what it has at or before its end.
 * @throws as `createFeatureStream`.
 */
export function computeFeatureMatrix(
  features: readonly LibraryFeature[],
  bars: readonly Bar[],
  options: { readonly barSeconds: number; readonly history?: MarketHistory },
): FeatureMatrix {
  const stream = createFeatureStream(features, options);
  const width = stream.columns.length;
  const values = new Float64Array(bars.length * width);
  const missing = new Uint8Array(bars.length * width);
  const times = new Float64Array(bars.length);
  const flags = new Uint8Array(bars.length);
  for (const [t, bar] of bars.entries()) {
    const row = stream.push(bar, options.history);
    values.set(row.values, t * width);
    missing.set(row.missing, t * width);
    times[t] = row.time;
    flags[t] = row.flags;
  }
  const { columns, warmupBars } = stream;
  return { columns, rows: bars.length, warmupBars, times, values, missing, flags };
}

/**
 * Features of one moment, of bars and of anything else, from what `history` has at or before it.
 *
 * @param history as `openHistory` gives it. @throws as `createFeatureStream`.
 */
export function featuresAt(
  features: readonly LibraryFeature[],
  history: MarketHistory,
  now: number,
  options: { readonly barSeconds: number },
): TimedRow & { readonly columns: readonly Column[] } {
  const columns = features.flatMap((feature) => feature.columns);
  const row = emptyRow(columns.length);
  const bars = history.bars.filter(({ time }) => time <= now);
  const streams = createFeatureStream(
    features.filter((feature) => feature.input === 'bars'),
    options,
  );
  let ofBars: TimedRow = { ...emptyRow(streams.columns.length), time: now, flags: 0 };
  if (bars.length === 0) blank(streams.columns, ofBars);
  for (const bar of bars) ofBars = streams.push(bar);
  let [offset, taken] = [0, 0];
  for (const feature of features) {
    const width = feature.columns.length;
    if (feature.input === 'bars') {
      row.values.set(ofBars.values.subarray(taken, taken + width), offset);
      row.missing.set(ofBars.missing.subarray(taken, taken + width), offset);
      taken += width;
    } else feature.compute(history, now, row, offset);
    offset += width;
  }
  return { columns, ...row, time: now, flags: ofBars.flags };
}

function emptyRow(width: number): FeatureRow {
  return { values: new Float64Array(width), missing: new Uint8Array(width) };
}

function blank(columns: readonly Column[], { values, missing }: FeatureRow): void {
  for (const [i, { fill }] of columns.entries()) {
    values[i] = fill;
    missing[i] = 1;
  }
}

function requireBarSeconds(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 86_400) return seconds;
  throw new BallastError('BAR_TIME', `barSeconds: got ${seconds}, expected a whole number from 1 to 86400`, {
    metadata: { barSeconds: seconds },
  });
}
