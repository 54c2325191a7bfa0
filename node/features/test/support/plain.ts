import type { Bar } from '../../library/index.ts';

/**
 * Plain batch formulas of the bar features, each computed anew over its window at every bar: what the streams must equal.
 * A value that does not exist yet is NaN.
 */
export function plainColumns(bars: readonly Bar[]): Record<string, Float64Array> {
  const close = bars.map((bar) => bar.close);
  const columns: Record<string, Float64Array> = {};
  const put = (name: string, first: number, at: (t: number) => number) => {
    columns[name] = Float64Array.from(bars, (_, t) => (t < first ? Number.NaN : at(t)));
  };
  const x = (t: number) => close[t] ?? Number.NaN;
  const window = (values: readonly number[], t: number, n: number) => values.slice(t - n + 1, t + 1);

  for (const k of [1, 3, 7, 14, 30]) put(`close-lag-${k}`, k, (t) => x(t - k));
  for (const n of [7, 14, 30, 60]) {
    put(`close-mean-${n}`, n - 1, (t) => mean(window(close, t, n)));
    put(`close-std-${n}`, n - 1, (t) => deviation(window(close, t, n), 1));
    put(`close-min-${n}`, n - 1, (t) => Math.min(...window(close, t, n)));
    put(`close-max-${n}`, n - 1, (t) => Math.max(...window(close, t, n)));
    put(`close-median-${n}`, n - 1, (t) => median(window(close, t, n)));
  }
  const moves = close.map((value, t) => (t === 0 ? 0 : value - x(t - 1)));
  const gains = wilder(moves.map((move) => Math.max(0, move)));
  const losses = wilder(moves.map((move) => Math.max(0, -move)));
  put('close-rsi-14', 14, (t) => 100 - 100 / (1 + (gains[t] ?? 0) / (losses[t] ?? 0)));
  const [fast, slow] = [exponential(close, 12), exponential(close, 26)];
  const line = fast.map((value, t) => value - (slow[t] ?? 0));
  const signal = exponential(line, 9);
  put('close-macd-line', 25, (t) => line[t] ?? 0);
  put('close-macd-signal', 33, (t) => signal[t] ?? 0);
  put('close-macd-histogram', 33, (t) => (line[t] ?? 0) - (signal[t] ?? 0));
  const band = (t: number) => 2 * deviation(window(close, t, 20), 0);
  const middle = (t: number) => mean(window(close, t, 20));
  put('close-bollinger-upper', 19, (t) => middle(t) + band(t));
  put('close-bollinger-middle', 19, middle);
  put('close-bollinger-lower', 19, (t) => middle(t) - band(t));
  put('close-bollinger-width', 19, (t) => (2 * band(t)) / middle(t));
  put('bollinger-b', 19, (t) => (x(t) - middle(t) + band(t)) / (2 * band(t)));
  put('close-momentum-10', 10, (t) => x(t) - x(t - 10));
  put('close-rate-of-change-10', 10, (t) => (x(t) - x(t - 10)) / x(t - 10));
  put('log-return', 1, (t) => Math.log(x(t)) - Math.log(x(t - 1)));
  put('log-volume', 0, (t) => Math.log(1 + (bars[t]?.volume ?? Number.NaN)));
  for (const p of [1, 7]) {
    put(`close-difference-${p}`, p, (t) => x(t) - x(t - p));
    put(`close-second-difference-${p}`, 2 * p, (t) => x(t) - 2 * x(t - p) + x(t - 2 * p));
  }
  const returns = close.map((value, t) => value / x(t - 1) - 1);
  const ranges = bars.map(({ high, low }) => Math.log(high / low) ** 2);
  const insides = bars.map(
    ({ open, close: end }, t) =>
      0.5 * (ranges[t] ?? 0) - (2 * Math.log(2) - 1) * (Math.log(end) - Math.log(open)) ** 2,
  );
  for (const n of [7, 14, 30]) {
    put(`close-realised-${n}`, n, (t) => deviation(window(returns, t, n), 1));
    put(`parkinson-${n}`, n - 1, (t) => Math.sqrt(total(window(ranges, t, n)) / (4 * n * Math.log(2))));
    put(`garman-klass-${n}`, n - 1, (t) => Math.sqrt(Math.max(0, mean(window(insides, t, n)))));
  }
  const distances = close.map((value) => Math.abs(value - 1));
  put('peg-deviation', 0, (t) => x(t) - 1);
  put('peg-distance', 0, (t) => distances[t] ?? 0);
  for (const n of [24, 168]) {
    put(`peg-distance-std-${n}`, n - 1, (t) => deviation(window(distances, t, n), 1));
    put(`peg-distance-max-${n}`, n - 1, (t) => Math.max(...window(distances, t, n)));
    put(`peg-distance-mean-${n}`, n - 1, (t) => mean(window(distances, t, n)));
    put(`peg-return-std-${n}`, n, (t) => deviation(window(returns, t, n), 1));
    put(`peg-return-skew-${n}`, n, (t) => moment(window(returns, t, n), 3));
    put(`peg-return-kurtosis-${n}`, n, (t) => moment(window(returns, t, n), 4) - 3);
  }
  return columns;
}

function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

export function mean(values: readonly number[]): number {
  return total(values) / values.length;
}

/** Standard deviation by two passes; `lost` is 1 for a sample and 0 for a population. */
export function deviation(values: readonly number[], lost: 0 | 1): number {
  const centre = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - centre) * (value - centre);
  return Math.sqrt(sum / (values.length - lost));
}

/** Standardised central moment of the population. */
export function moment(values: readonly number[], power: 3 | 4): number {
  const centre = mean(values);
  let sum = 0;
  for (const value of values) {
    const distance = value - centre;
    sum += distance * distance * distance * (power === 4 ? distance : 1);
  }
  return sum / values.length / deviation(values, 0) ** power;
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
}

function exponential(values: readonly number[], span: number): number[] {
  const alpha = 2 / (span + 1);
  let level = Number.NaN;
  return values.map((value, t) => {
    level = t === 0 ? value : alpha * value + (1 - alpha) * level;
    return level;
  });
}

/** Averages of changes, of which the first stands at 1: the mean of 14, then a fourteenth of each. */
function wilder(changes: readonly number[]): number[] {
  let level = 0;
  return changes.map((change, t) => {
    if (t === 14) level = mean(changes.slice(1, 15));
    else if (t > 14) level = (13 * level + change) / 14;
    return t < 14 ? Number.NaN : level;
  });
}
