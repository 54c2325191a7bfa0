import { type BarFeature, type BarSeries, barFeature, column } from '../library/feature.ts';
import { Ring } from '../streaming/ring.ts';

/** Periods p of the differences, bars. */
const DIFFERENCE_PERIODS = [1, 7] as const;

/** Δ_p x = x_t − x_{t−p} and Δ²_p x = Δ_p(Δ_p x) = x_t − 2 x_{t−p} + x_{t−2p}. */
export function differences(series: BarSeries): BarFeature {
  const longest = 2 * Math.max(...DIFFERENCE_PERIODS);
  return barFeature({
    name: `${series.name}-differences`,
    family: 'differences',
    description: `Δ(p) x = x(t) − x(t − p), and Δ(p) of that, for p = ${DIFFERENCE_PERIODS.join(', ')} bars`,
    columns: DIFFERENCE_PERIODS.flatMap((period) => [
      column(`${series.name}-difference-${period}`, series.unit),
      column(`${series.name}-second-difference-${period}`, series.unit),
    ]),
    warmupBars: longest + 1,
    create: () => {
      const past = new Ring(longest + 1);
      return (bar, values, offset) => {
        const x = series.of(bar);
        past.push(x);
        let at = offset;
        for (const period of DIFFERENCE_PERIODS) {
          const first = x - past.ago(period);
          values[at++] = first;
          values[at++] = first - (past.ago(period) - past.ago(2 * period));
        }
      };
    },
  });
}
