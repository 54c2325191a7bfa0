/**
 * Exponentially weighted mean with a half-life in steps: e_t = e_{t−1} + a (v_t − e_{t−1}), a = 1 − 2^(−1/half-life).
 * Starts at the first value; a non-finite value (before a lag is filled) leaves the mean as it is.
 */
export function ewma(values: Float64Array, halfLife: number): Float64Array {
  const weight = 1 - 2 ** (-1 / halfLife);
  const out = new Float64Array(values.length).fill(Number.NaN);
  let mean = Number.NaN;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (Number.isFinite(value)) mean = Number.isNaN(mean) ? value : mean + weight * (value - mean);
    out[t] = mean;
  }
  return out;
}

/** |v_t − v_{t−lag}|, NaN where there is no v_{t−lag}. */
export function absoluteChange(values: Float64Array, lag: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  for (let t = lag; t < values.length; t++) out[t] = Math.abs(values[t]! - values[t - lag]!);
  return out;
}

/** Largest minus smallest of the last `window` + 1 values, NaN where there are fewer. */
export function rollingRange(values: Float64Array, window: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  for (let t = window; t < values.length; t++) {
    let low = values[t]!;
    let high = low;
    for (let i = t - window; i < t; i++) {
      const value = values[i]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    out[t] = high - low;
  }
  return out;
}
