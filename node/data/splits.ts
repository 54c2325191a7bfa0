import { BallastError } from '../../protocol/errors.ts';
import type { HourRange } from './clock.ts';
import { hourOfDate } from './source.ts';

/** A stretch of time that a model is to be tested on without ever having seen it. Hours since the epoch. */
export type StressEvent = HourRange & { readonly name: string };

const event = (name: string, from: string, to: string): StressEvent => ({
  name,
  from: hourOfDate(from),
  to: hourOfDate(to),
});

/** The stress windows that the recorded one-minute candles cover, narrowed to the stress itself. */
export const STRESS_EVENTS = {
  /** TerraUSD lost its peg from 7 May; USDT followed on the 12th. */
  terra: event('Terra', '2022-05-07', '2022-05-21'),
  /** Celsius halted withdrawals on 12 June; Three Arrows was wound up by the 27th. */
  celsius: event('Celsius and 3AC', '2022-06-12', '2022-06-28'),
  /** From the first run on FTX to a few days after its bankruptcy on 11 November. */
  ftx: event('FTX', '2022-11-06', '2022-11-15'),
  /** Paxos was ordered on 13 February to stop issuing BUSD. */
  busd: event('BUSD', '2023-02-13', '2023-02-20'),
} as const;

export type TimeSplitOptions = {
  /** Share of the range in which everything about a training row lies. */
  readonly trainShare?: number;
  /** Share at the end that only the final test reads. */
  readonly testShare?: number;
  /** Length of the label, hours. */
  readonly horizonHours: number;
};

/** Rows by their hour t. The parts do not overlap, and together they are the whole range. */
export type TimeSplit = {
  readonly train: HourRange;
  /** Between training and test: to choose by, and for the gate. */
  readonly gate: HourRange;
  readonly test: HourRange;
  /** Rows whose labels reach into the next part, or beyond the range. */
  readonly embargo: readonly HourRange[];
};

/**
 * Splits a range of rows by time, with an embargo of one label's length at the end of each part, so that no label
 * reads what a later part is judged on. (`createDataClock` does the same for every round of a federation.)
 *
 * @throws BallastError `DATA_SPLIT` for shares outside (0, 1), a horizon that is not a whole number from 1, or a
 *   range in which a part would be empty.
 */
export function timeSplit(
  range: HourRange,
  { trainShare = 0.6, testShare = 0.2, horizonHours }: TimeSplitOptions,
): TimeSplit {
  checkHours('horizonHours', horizonHours, 1);
  const length = range.to - range.from;
  const trainEnd = range.from + Math.floor(length * trainShare);
  const gateEnd = range.to - Math.floor(length * testShare);
  const edges = [range.from, trainEnd, gateEnd, range.to] as const;
  const parts = [0, 1, 2].map((i) => ({
    from: edges[i] ?? Number.NaN,
    to: (edges[i + 1] ?? Number.NaN) - horizonHours,
  }));
  const [train, gate, test] = parts;
  const sound = parts.every(({ from, to }) => from < to) && trainShare > 0 && testShare > 0;
  if (train === undefined || gate === undefined || test === undefined || !sound) {
    throw new BallastError(
      'DATA_SPLIT',
      `split: got ${length} hours with shares ${trainShare} and ${testShare}, expected each of training, gate and ` +
        `test to be longer than ${horizonHours} hours`,
      {
        metadata: { range, trainShare, testShare, horizonHours },
        hint: 'use a longer range or other shares',
      },
    );
  }
  return { train, gate, test, embargo: parts.map(({ to }) => ({ from: to, to: to + horizonHours })) };
}

export type EventSplitOptions = {
  /** Length of the label, hours. */
  readonly horizonHours: number;
  /** How far back a feature reads; for exponential averages the length beyond which they have forgotten. */
  readonly lookbackHours: number;
};

/** Rows by their hour t. The parts do not overlap, and together they are the whole range. */
export type EventSplit = {
  /** Rows before and after the event; either may be missing. */
  readonly train: readonly HourRange[];
  /** The rows of the event; empty where the range does not reach it. */
  readonly test: HourRange;
  readonly embargo: readonly HourRange[];
};

/**
 * Leaves one event out: rows are trained on only if nothing that they read, from t − lookback to t + horizon,
 * touches the event or the `horizonHours` on either side of it. Other events stay in training. Rows of the event
 * whose labels lie beyond the range are embargoed as well.
 *
 * @throws BallastError `DATA_SPLIT` for hours that are not whole numbers from 1 (horizon) and 0 (lookback), or for an event
 *   that ends before it begins.
 */
export function eventSplit(
  range: HourRange,
  stress: HourRange,
  { horizonHours, lookbackHours }: EventSplitOptions,
): EventSplit {
  checkHours('horizonHours', horizonHours, 1);
  checkHours('lookbackHours', lookbackHours, 0);
  if (!(range.from <= range.to && stress.from < stress.to)) {
    throw new BallastError(
      'DATA_SPLIT',
      `split: got ${JSON.stringify({ range, event: stress })}, expected both to end after they begin`,
      { metadata: { range, event: stress }, hint: 'give from before to' },
    );
  }
  // A label reads up to and with t + horizon, a feature from and with t − lookback.
  const lastLabel = Math.max(range.from, range.to - horizonHours);
  const within = (hour: number, end = lastLabel) => Math.max(range.from, Math.min(end, hour));
  const before = { from: range.from, to: within(stress.from - 2 * horizonHours) };
  const test = { from: within(stress.from), to: within(stress.to) };
  const after = { from: within(stress.to + horizonHours + lookbackHours), to: lastLabel };
  const nonEmpty = ({ from, to }: HourRange) => from < to;
  return {
    train: [before, after].filter(nonEmpty),
    test,
    embargo: [
      { from: before.to, to: test.from },
      { from: test.to, to: after.from },
      { from: lastLabel, to: range.to },
    ].filter(nonEmpty),
  };
}

function checkHours(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new BallastError('DATA_SPLIT', `${name}: got ${value}, expected a whole number from ${least}`, {
    metadata: { [name]: value },
    hint: 'give hours',
  });
}
