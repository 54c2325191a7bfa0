import { UsageError } from '../../../protocol/errors.ts';
import type { HourlySeries } from '../../features/series.ts';
import type { PricePoint } from './prices.ts';

/** Hours without an observation after which the last one no longer stands for the price (two missed heartbeats). */
export const MAX_GAP_HOURS = 48;

/**
 * Hourly deviations from `target`: at each full hour the last price known by then, as a contract would read it.
 *
 * @param target price of the peg in the unit of the prices.
 * @returns the series, and how many of its hours repeat an earlier observation.
 * @throws UsageError `DATA_GAP` where more than `MAX_GAP_HOURS` pass without an observation; `DATA_EMPTY` for fewer
 *   than two hours.
 */
export async function resampleHourly(
  points: AsyncIterable<PricePoint>,
  target: number,
  name: string,
): Promise<{ readonly series: HourlySeries; readonly carriedHours: number }> {
  const deviation: number[] = [];
  let startHour: number | undefined;
  let last: PricePoint | undefined;
  let carriedHours = 0;
  // Emits every hour before `second` that has not been emitted yet, with the last price known then.
  const emitBefore = (second: number) => {
    if (startHour === undefined || last === undefined) return;
    let fresh = true;
    while ((startHour + deviation.length) * 3600 < second) {
      const hour = startHour + deviation.length;
      if (hour - last.second / 3600 > MAX_GAP_HOURS) {
        throw new UsageError(
          'DATA_GAP',
          `${name}: got nothing between ${iso(last.second)} and ${iso(second)}, expected at most ${MAX_GAP_HOURS} hours without an observation`,
          {
            metadata: { name, from: last.second, to: second },
            hint: 'load the periods before and after the gap as two sources',
          },
        );
      }
      if (!fresh || last.second <= (hour - 1) * 3600) carriedHours++;
      fresh = false;
      deviation.push(1e4 * (last.price / target - 1));
    }
  };
  for await (const point of points) {
    startHour ??= Math.ceil(point.second / 3600);
    emitBefore(point.second);
    last = point;
  }
  if (last !== undefined) emitBefore((Math.floor(last.second / 3600) + 1) * 3600);
  if (startHour === undefined || deviation.length < 2) {
    throw new UsageError('DATA_EMPTY', `${name}: got ${deviation.length} hours, expected at least 2`, {
      metadata: { name, hours: deviation.length },
      hint: 'check the period and the file',
    });
  }
  return { series: { startHour, deviation: Float64Array.from(deviation) }, carriedHours };
}

function iso(second: number): string {
  return new Date(second * 1000).toISOString();
}
