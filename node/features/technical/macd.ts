import { type BarFeature, type BarSeries, barFeature, column } from '../library/feature.ts';
import { ExponentialAverage } from '../streaming/smoothing.ts';

/** Spans of the averages, bars. */
const MACD_SPANS = { fast: 12, slow: 26, signal: 9 } as const;

/**
 * Moving average convergence and divergence (Appel): the line is the exponential average of 12 bars less that of 26, the
 * signal the average of 9 bars of the line, the histogram the line less the signal. α = 2 / (n + 1), begun at the first
 * bar; values count as known when the slow average and then the signal have seen a span.
 */
export function macd(series: BarSeries): BarFeature {
  const { fast, slow, signal } = MACD_SPANS;
  return barFeature({
    name: `${series.name}-macd`,
    family: 'technical',
    description: `line EMA(${fast}) − EMA(${slow}), signal EMA(${signal}) of the line, histogram line − signal`,
    columns: ['line', 'signal', 'histogram'].map((part) =>
      column(`${series.name}-macd-${part}`, series.unit),
    ),
    warmupBars: slow + signal - 1,
    create: () => {
      const quick = ExponentialAverage.ofSpan(fast);
      const long = ExponentialAverage.ofSpan(slow);
      const smooth = ExponentialAverage.ofSpan(signal);
      let known = 0;
      return (bar, values, offset) => {
        const x = series.of(bar);
        if (Number.isFinite(x)) known++;
        quick.push(x);
        long.push(x);
        const line = quick.value - long.value;
        smooth.push(line);
        values[offset] = known < slow ? Number.NaN : line;
        values[offset + 1] = known < slow + signal - 1 ? Number.NaN : smooth.value;
        values[offset + 2] = known < slow + signal - 1 ? Number.NaN : line - smooth.value;
      };
    },
  });
}
