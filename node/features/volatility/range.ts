import type { Bar } from '../library/bar.ts';
import { type BarFeature, barFeature, column } from '../library/feature.ts';
import { MomentWindow } from '../streaming/moments.ts';
import { VOLATILITY_WINDOWS } from './realised.ts';

/** √(Σ ln²(H/L) / (4 n ln 2)) (Parkinson 1980), a bar's. */
export const parkinson: BarFeature = rangeVolatility({
  name: 'parkinson',
  description: '√(Σ ln²(H / L) / (4 n ln 2))',
  term: (bar) => Math.log(bar.high / bar.low) ** 2 / (4 * Math.LN2),
});

/** √((1/n) Σ [½ ln²(H/L) − (2 ln 2 − 1) ln²(C/O)]) (Garman and Klass 1980), a bar's; a negative sum counts as zero. */
export const garmanKlass: BarFeature = rangeVolatility({
  name: 'garman-klass',
  description: '√((1 / n) Σ [½ ln²(H / L) − (2 ln 2 − 1) ln²(C / O)]), a negative sum as 0',
  term: (bar) =>
    0.5 * Math.log(bar.high / bar.low) ** 2 - (2 * Math.LN2 - 1) * Math.log(bar.close / bar.open) ** 2,
});

function rangeVolatility(options: {
  readonly name: string;
  readonly description: string;
  readonly term: (bar: Bar) => number;
}): BarFeature {
  return barFeature({
    name: options.name,
    family: 'volatility',
    description: `${options.description}, of the last ${VOLATILITY_WINDOWS.join(', ')} bars`,
    columns: VOLATILITY_WINDOWS.map((bars) => column(`${options.name}-${bars}`, 'one')),
    warmupBars: Math.max(...VOLATILITY_WINDOWS),
    create: () => {
      const windows = VOLATILITY_WINDOWS.map((bars) => new MomentWindow(bars));
      return (bar, values, offset) => {
        const term = options.term(bar);
        let at = offset;
        for (const window of windows) {
          window.push(term);
          const mean = window.isFull ? window.mean : Number.NaN;
          values[at++] = Math.sqrt(Math.max(0, mean));
        }
      };
    },
  });
}
