const TILE = 2048;

/**
 * Σ w_i·x_i ÷ divisor, length d: by ascending row onto 0, then one division a coordinate. A row of weight 0 is not
 * read, however large.
 */
export function weightedSum(
  rows: readonly Float64Array[],
  weights: Float64Array,
  divisor: number,
): Float64Array {
  const d = rows[0]?.length ?? 0;
  const sum = new Float64Array(d);
  // Tiles keep the sums in cache while all rows pass by.
  for (let start = 0; start < d; start += TILE) {
    const end = Math.min(start + TILE, d);
    for (let i = 0; i < rows.length; i++) {
      const weight = weights[i]!;
      if (weight === 0) continue;
      const row = rows[i]!;
      for (let k = start; k < end; k++) sum[k] = sum[k]! + weight * row[k]!;
    }
    for (let k = start; k < end; k++) sum[k] = sum[k]! / divisor;
  }
  return sum;
}

/** The sum of all values by ascending index, onto 0. */
export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
