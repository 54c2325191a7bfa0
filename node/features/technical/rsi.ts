import { type BarFeature, type BarSeries, barFeature, column } from '../library/feature.ts';
import { Ring } from '../streaming/ring.ts';
import { WilderAverage } from '../streaming/smoothing.ts';

const RSI_BARS = 14;

/**
 * Relative strength index, 100 G / (G + L), which is 100 − 100 / (1 + G / L): G and L are Wilder's averages of the gains
 * and losses from bar to bar (Wilder 1978, "New Concepts in Technical Trading Systems"). 50 where nothing moves.
 */
export function relativeStrength(series: BarSeries): BarFeature {
  return barFeature({
    name: `${series.name}-rsi`,
    family: 'technical',
    description: `100 G / (G + L), Wilder's averages of gains and losses over ${RSI_BARS} bars; 50 when flat`,
    columns: [column(`${series.name}-rsi-${RSI_BARS}`, 'percent', 50)],
    warmupBars: RSI_BARS + 1,
    create: () => {
      const past = new Ring(1);
      const gains = new WilderAverage(RSI_BARS);
      const losses = new WilderAverage(RSI_BARS);
      return (bar, values, offset) => {
        const x = series.of(bar);
        const change = x - past.ago(0);
        past.push(x);
        gains.push(Math.max(0, change));
        losses.push(Math.max(0, -change));
        const moves = gains.value + losses.value;
        values[offset] = moves === 0 ? 50 : (100 * gains.value) / moves;
      };
    },
  });
}
