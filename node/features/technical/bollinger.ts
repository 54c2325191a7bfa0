import { type BarFeature, type BarSeries, barFeature, column } from '../library/feature.ts';
import { MomentWindow } from '../streaming/moments.ts';

export const BOLLINGER = { bars: 20, deviations: 2 } as const;

/** Upper, middle and lower band, or null before the window is full. */
export function bollingerBands(
  window: MomentWindow,
): { readonly upper: number; readonly middle: number; readonly lower: number } | null {
  if (!window.isFull || !Number.isFinite(window.mean)) return null;
  const middle = window.mean;
  const reach = BOLLINGER.deviations * window.std('population');
  return { upper: middle + reach, middle, lower: middle - reach };
}

/** Bollinger bands (2001): the mean of 20 bars ± 2 population standard deviations, and (upper − lower) / middle. */
export function bollinger(series: BarSeries): BarFeature {
  return barFeature({
    name: `${series.name}-bollinger`,
    family: 'technical',
    description: `mean of ${BOLLINGER.bars} bars ± ${BOLLINGER.deviations} σ (divided by n), width over middle`,
    columns: [
      ...['upper', 'middle', 'lower'].map((band) => column(`${series.name}-bollinger-${band}`, series.unit)),
      column(`${series.name}-bollinger-width`, 'one'),
    ],
    warmupBars: BOLLINGER.bars,
    create: () => {
      const window = new MomentWindow(BOLLINGER.bars);
      return (bar, values, offset) => {
        window.push(series.of(bar));
        const bands = bollingerBands(window);
        values[offset] = bands?.upper ?? Number.NaN;
        values[offset + 1] = bands?.middle ?? Number.NaN;
        values[offset + 2] = bands?.lower ?? Number.NaN;
        values[offset + 3] = bands === null ? Number.NaN : (bands.upper - bands.lower) / bands.middle;
      };
    },
  });
}
