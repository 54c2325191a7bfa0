import { type BarFeature, type BarSeries, barFeature, column } from '../library/feature.ts';
import { ExtremeWindow } from '../streaming/extremes.ts';
import { MedianWindow } from '../streaming/median.ts';
import { MomentWindow } from '../streaming/moments.ts';

/** Bars, the present one included. */
const ROLLING_WINDOWS = [7, 14, 30, 60] as const;

const STATISTICS = ['mean', 'std', 'min', 'max', 'median'] as const;

/** Mean, sample standard deviation, least, largest and median of the last n bars, the present one included. */
export function rollingStatistics(series: BarSeries): BarFeature {
  return barFeature({
    name: `${series.name}-rolling`,
    family: 'statistics',
    description: `${STATISTICS.join(', ')} of the last ${ROLLING_WINDOWS.join(', ')} bars; std divides by n − 1`,
    columns: ROLLING_WINDOWS.flatMap((bars) =>
      STATISTICS.map((name) => column(`${series.name}-${name}-${bars}`, series.unit)),
    ),
    warmupBars: Math.max(...ROLLING_WINDOWS),
    create: () => {
      const windows = ROLLING_WINDOWS.map((bars) => ({
        moments: new MomentWindow(bars),
        low: new ExtremeWindow('min', bars),
        high: new ExtremeWindow('max', bars),
        median: new MedianWindow(bars),
      }));
      return (bar, values, offset) => {
        const x = series.of(bar);
        let at = offset;
        for (const { moments, low, high, median } of windows) {
          moments.push(x);
          low.push(x);
          high.push(x);
          // A place is kept for what is not known; the mean is NaN until it has left the window.
          median.push(Number.isNaN(x) ? 0 : x);
          const mean = moments.isFull ? moments.mean : Number.NaN;
          const isKnown = Number.isFinite(mean);
          values[at++] = mean;
          values[at++] = isKnown ? moments.std() : Number.NaN;
          values[at++] = isKnown ? low.value : Number.NaN;
          values[at++] = isKnown ? high.value : Number.NaN;
          values[at++] = isKnown ? median.value : Number.NaN;
        }
      };
    },
  });
}
