import { type BarFeature, type BarSeries, barFeature, column } from '../library/feature.ts';
import { MomentWindow } from '../streaming/moments.ts';
import { Ring } from '../streaming/ring.ts';

/** Bars of the volatility windows. */
export const VOLATILITY_WINDOWS = [7, 14, 30] as const;

/** Sample standard deviation of the last n simple returns, of one bar each: not annualised. */
export function realisedVolatility(series: BarSeries): BarFeature {
  return barFeature({
    name: `${series.name}-realised`,
    family: 'volatility',
    description: `sample std of the last ${VOLATILITY_WINDOWS.join(', ')} simple returns, a bar's`,
    columns: VOLATILITY_WINDOWS.map((bars) => column(`${series.name}-realised-${bars}`, 'one')),
    warmupBars: Math.max(...VOLATILITY_WINDOWS) + 1,
    create: () => {
      const past = new Ring(1);
      const windows = VOLATILITY_WINDOWS.map((bars) => new MomentWindow(bars));
      return (bar, values, offset) => {
        const x = series.of(bar);
        const change = x / past.ago(0) - 1;
        past.push(x);
        let at = offset;
        for (const window of windows) {
          window.push(change);
          values[at++] = window.isFull ? window.std() : Number.NaN;
        }
      };
    },
  });
}
