/** One UTC day of forecasts by one head, once all of their outcomes are known. */
export type ForecastDay = {
  /** Days since the epoch. */
  readonly day: number;
  readonly rows: number;
  /** Mean losses of the head and of the baseline it is to beat, in one unit. */
  readonly loss: number;
  readonly baseline: number;
  /** Share of outcomes outside the 80 % interval; null for a head without intervals. */
  readonly missed: number | null;
  /** Mean share of the model in the forecasts; null for a head without a gate. */
  readonly share: number | null;
};

/** Misses of an 80 % interval that are no drift. */
const MISSES = { least: 0.15, most: 0.25 } as const;

/** Stakes of the bets, by what they are on; each keeps every factor at 0 or more. */
const STAKES = {
  loss: [0.2, 0.5, 0.9],
  narrow: [0.5, 1, 2, 3.5],
  wide: [0.3, 0.6, 1],
} as const;

/** What is bet on: the head is worse than its baseline; its intervals are too narrow; they are too wide. */
export const ACCURACY_TESTS = ['loss', 'narrow', 'wide'] as const;
export type AccuracyTest = (typeof ACCURACY_TESTS)[number];

export const betsOf = (test: AccuracyTest): number => STAKES[test].length;

/**
 * What the bets of a test win on a day: 1 + λ (what was seen − what would be no drift), whose mean is at most 1 while
 * the head is no worse than its baseline (losses as (baseline − loss) / (baseline + loss)), or while its intervals
 * miss 15 to 25 %.
 */
export function accuracyFactors(test: AccuracyTest, { loss, baseline, missed }: ForecastDay): number[] {
  const seen =
    test === 'loss'
      ? loss + baseline > 0
        ? (loss - baseline) / (loss + baseline)
        : 0
      : missed === null
        ? Number.NaN
        : test === 'narrow'
          ? missed - MISSES.most
          : MISSES.least - missed;
  return STAKES[test].map((stake) => 1 + stake * seen);
}
