import { type BarFeature, type BarSeries, barFeature, column } from '../library/feature.ts';
import { Ring } from '../streaming/ring.ts';

const MOMENTUM_BARS = 10;

/** Momentum x_t − x_{t−10} and rate of change x_t / x_{t−10} − 1; the latter is missing where x_{t−10} is zero. */
export function momentum(series: BarSeries): BarFeature {
  return barFeature({
    name: `${series.name}-momentum`,
    family: 'technical',
    description: `x(t) − x(t − ${MOMENTUM_BARS}), and x(t) / x(t − ${MOMENTUM_BARS}) − 1`,
    columns: [
      column(`${series.name}-momentum-${MOMENTUM_BARS}`, series.unit),
      column(`${series.name}-rate-of-change-${MOMENTUM_BARS}`, 'one'),
    ],
    warmupBars: MOMENTUM_BARS + 1,
    create: () => {
      const past = new Ring(MOMENTUM_BARS + 1);
      return (bar, values, offset) => {
        const x = series.of(bar);
        past.push(x);
        const before = past.ago(MOMENTUM_BARS);
        values[offset] = x - before;
        values[offset + 1] = x / before - 1;
      };
    },
  });
}
