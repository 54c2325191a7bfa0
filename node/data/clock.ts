import { UsageError } from '../../protocol/errors.ts';
import { endHour, type HourlySeries } from '../features/series.ts';

/** Half-open range of hours since the epoch. */
export type HourRange = { readonly from: number; readonly to: number };

export type DataClockOptions = {
  /** How many rounds the gate's part is spread over. */
  readonly rounds: number;
  /** Share of the public feed before the first cutoff. */
  readonly trainShare?: number;
  /** Share at the end that only the final test reads. */
  readonly testShare?: number;
  /** Length of the label, hours: nothing is trained on whose label was not yet known. */
  readonly horizonHours?: number;
  /** Shortest window that a gate may decide on, hours. */
  readonly minGateHours?: number;
};

/**
 * Which part of time a round may see. Data time stands at `cutoff(round)` when the round's training begins and
 * moves on with each round, so that the gate's data did not exist then:
 *
 *     | training, up to cutoff − horizon | embargo | gate window of the round | … | held-out test |
 *
 * A range bounds the rows t of examples *and* their labels at t + horizon. The last `testShare` of the public feed
 * is touched by `test` alone: no cutoff and no gate window reaches it.
 */
export type DataClock = {
  readonly rounds: number;
  readonly horizonHours: number;
  /** The hour at which the round's training begins. */
  readonly cutoff: (round: number) => number;
  /** Rows to train on: everything whose label was known at the cutoff. */
  readonly training: (round: number) => HourRange;
  /** Rows of the public feed that judge the round's candidate. */
  readonly gate: (round: number) => HourRange;
  /** Rows of the public feed that public numbers (baselines, anchor) are fitted on: those of round 1's training. */
  readonly fitting: HourRange;
  /** Rows of the public feed for the final figures. */
  readonly test: HourRange;
};

/**
 * @param feed the public feed, whose first hour and length fix the calendar for all nodes.
 * @throws UsageError `DATA_CLOCK_TOO_SHORT` when the feed cannot hold the parts; `DATA_CLOCK_EXHAUSTED` from
 *   `cutoff`, `training` and `gate` for a round outside 1 … rounds.
 */
export function createDataClock(feed: HourlySeries, options: DataClockOptions): DataClock {
  const { rounds, trainShare = 0.6, testShare = 0.2, horizonHours = 24, minGateHours = 7 * 24 } = options;
  const length = feed.deviation.length;
  const first = feed.startHour + Math.floor(length * trainShare);
  const testFrom = feed.startHour + Math.floor(length * (1 - testShare));
  // Labels of the last gate window end before the test begins.
  const span = testFrom - horizonHours - minGateHours - first;
  if (!(rounds >= 1) || !(trainShare > 0) || !(testShare >= 0) || span < 0) {
    throw new UsageError(
      'DATA_CLOCK_TOO_SHORT',
      `data clock: got ${length} hours for ${rounds} rounds (training ${trainShare}, test ${testShare}), expected room for ` +
        `a gate window of ${minGateHours} + ${horizonHours} hours between training and test`,
      { metadata: { length, rounds, trainShare, testShare }, hint: 'use a longer public feed' },
    );
  }
  const stride = rounds === 1 ? 0 : span / (rounds - 1);
  const cutoff = (round: number): number => {
    if (!Number.isInteger(round) || round < 1 || round > rounds) {
      throw new UsageError(
        'DATA_CLOCK_EXHAUSTED',
        `data clock: got round ${round}, expected 1 to ${rounds}: there is no unseen public data left for a gate`,
        {
          metadata: { round, rounds },
          hint: 'set up the clock for more rounds, or bring a longer public feed',
        },
      );
    }
    return first + Math.floor((round - 1) * stride);
  };
  return {
    rounds,
    horizonHours,
    cutoff,
    training: (round) => ({ from: Number.NEGATIVE_INFINITY, to: cutoff(round) - horizonHours }),
    gate: (round) => ({
      from: cutoff(round),
      to: Math.min(testFrom - horizonHours, cutoff(round) + Math.max(minGateHours, Math.floor(stride))),
    }),
    fitting: { from: feed.startHour, to: first - horizonHours },
    test: { from: testFrom, to: endHour(feed) - horizonHours },
  };
}
