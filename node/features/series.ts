/** Milliseconds of one hour, the step of every series. */
export const HOUR_MS = 3_600_000;

/**
 * Hourly deviations of one price from its peg.
 *
 * `deviation[i]` is what was known at `(startHour + i)` hours since 1970-01-01 UTC, in basis points of the target:
 * 10⁴ · (price / target − 1). Nothing in it was printed after that moment.
 */
export type HourlySeries = {
  readonly startHour: number;
  readonly deviation: Float64Array;
};

/** The first hour after the series. */
export function endHour(series: HourlySeries): number {
  return series.startHour + series.deviation.length;
}

/** The part of `series` in [from, to) hours since the epoch; it may be empty. */
export function sliceHours(series: HourlySeries, from: number, to: number): HourlySeries {
  const begin = Math.max(from, series.startHour);
  const end = Math.max(begin, Math.min(to, endHour(series)));
  return {
    startHour: begin,
    deviation: series.deviation.slice(begin - series.startHour, end - series.startHour),
  };
}
