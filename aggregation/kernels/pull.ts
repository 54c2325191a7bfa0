const TILE = 2048;
const TOGETHER = 4;

/**
 * Σ w_i·(x_i − p), length d: per coordinate by ascending row onto 0. A row of weight 0 is not read, so it may lie
 * beyond what a difference can hold.
 */
export function pull(
  rows: readonly Float64Array[],
  weights: Float64Array,
  point: Float64Array,
): Float64Array {
  const d = point.length;
  const sum = new Float64Array(d);
  const used = [...rows.keys()].filter((i) => weights[i] !== 0);
  const x = used.map((i) => rows[i] as Float64Array);
  const w = Float64Array.from(used, (i) => weights[i]!);
  const whole = x.length - (x.length % TOGETHER);
  // Tiles keep the sums in cache while all rows pass by, four rows a pass.
  for (let start = 0; start < d; start += TILE) {
    const end = Math.min(start + TILE, d);
    for (let i = 0; i < whole; i += TOGETHER) addFour(x, w, i, point, sum, start, end);
    for (let i = whole; i < x.length; i++) {
      const row = x[i]!;
      for (let k = start; k < end; k++) sum[k] = sum[k]! + w[i]! * (row[k]! - point[k]!);
    }
  }
  return sum;
}

function addFour(
  x: readonly Float64Array[],
  w: Float64Array,
  i: number,
  point: Float64Array,
  sum: Float64Array,
  start: number,
  end: number,
): void {
  const [x0, x1, x2, x3] = [x[i]!, x[i + 1]!, x[i + 2]!, x[i + 3]!];
  const [w0, w1, w2, w3] = [w[i]!, w[i + 1]!, w[i + 2]!, w[i + 3]!];
  for (let k = start; k < end; k++) {
    const p = point[k]!;
    const one = sum[k]! + w0 * (x0[k]! - p);
    sum[k] = one + w1 * (x1[k]! - p) + w2 * (x2[k]! - p) + w3 * (x3[k]! - p);
  }
}
