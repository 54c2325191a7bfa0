/**
 * Σ w_i·x_i ÷ Σ w_i, length d: both sums by ascending row onto 0, then one division a coordinate. A row of weight 0 is
 * not read.
 */
export function weightedMean(rows: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(rows[0]?.length ?? 0);
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    const row = rows[i]!;
    total += weight;
    for (let k = 0; k < sum.length; k++) sum[k] = sum[k]! + weight * row[k]!;
  }
  for (let k = 0; k < sum.length; k++) sum[k] = sum[k]! / total;
  return sum;
}
