import { type BarFeature, type BarSeries, barFeature, column } from '../library/feature.ts';
import { Ring } from '../streaming/ring.ts';

/** Bars back. */
const LAGS = [1, 3, 7, 14, 30] as const;

/** x_{t−k} for the lags k. */
export function lags(series: BarSeries): BarFeature {
  const longest = Math.max(...LAGS);
  return barFeature({
    name: `${series.name}-lags`,
    family: 'statistics',
    description: `x(t − k) for k = ${LAGS.join(', ')} bars`,
    columns: LAGS.map((lag) => column(`${series.name}-lag-${lag}`, series.unit)),
    warmupBars: longest + 1,
    create: () => {
      const past = new Ring(longest + 1);
      return (bar, values, offset) => {
        past.push(series.of(bar));
        let at = offset;
        for (const lag of LAGS) values[at++] = past.ago(lag);
      };
    },
  });
}
