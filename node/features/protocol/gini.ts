/**
 * (n + 1 − 2 Σ cumulative share) / n over ascending powers (Gini 1912): 0 for equal ones, (n − 1) / n for one holder.
 * NaN where nobody has any.
 */
export function giniOf(powers: readonly number[]): number {
  const sorted = Float64Array.from(powers).sort();
  const total = sorted.reduce((sum, power) => sum + power, 0);
  if (total === 0) return Number.NaN;
  let [running, cumulative] = [0, 0];
  for (const power of sorted) {
    running += power;
    cumulative += running / total;
  }
  return (sorted.length + 1 - 2 * cumulative) / sorted.length;
}
