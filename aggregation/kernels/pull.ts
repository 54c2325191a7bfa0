const TILE = 2048;

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
  // Tiles keep the sums in cache while all rows pass by.
  for (let start = 0; start < d; start += TILE) {
    const end = Math.min(start + TILE, d);
    for (let i = 0; i < rows.length; i++) {
      const weight = weights[i]!;
      if (weight === 0) continue;
      const row = rows[i]!;
      for (let k = start; k < end; k++) sum[k] = sum[k]! + weight * (row[k]! - point[k]!);
    }
  }
  return sum;
}
