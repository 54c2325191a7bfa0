import { barFeature, column } from '../library/feature.ts';
import { HOUR_MS } from '../series.ts';

/** Periods in hours, whatever the length of a bar: a day, a week, 30 days. */
const FOURIER_PERIODS = [24, 168, 720] as const;
const FOURIER_HARMONICS = [1, 2, 3] as const;

/** sin and cos of 2π k t / P, t since the epoch: seasons of a day, a week and 30 days with three harmonics each. */
export const fourier = barFeature({
  name: 'fourier',
  family: 'calendar',
  description: `sin and cos of 2π k t / P, P = ${FOURIER_PERIODS.join(', ')} hours, k = ${FOURIER_HARMONICS.join(', ')}`,
  columns: FOURIER_PERIODS.flatMap((period) =>
    FOURIER_HARMONICS.flatMap((k) => [
      column(`sin-${period}h-${k}`, 'one'),
      column(`cos-${period}h-${k}`, 'one', 1),
    ]),
  ),
  warmupBars: 1,
  create: () => (bar, values, offset) => {
    let at = offset;
    for (const period of FOURIER_PERIODS) {
      const span = period * HOUR_MS;
      // Reduced first, so that a period later the values are the same to the bit.
      const phase = bar.time - span * Math.floor(bar.time / span);
      for (const k of FOURIER_HARMONICS) {
        const angle = (2 * Math.PI * k * phase) / span;
        values[at++] = Math.sin(angle);
        values[at++] = Math.cos(angle);
      }
    }
  },
});
