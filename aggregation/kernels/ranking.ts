/** Indices of `values` by ascending value; ties by ascending index. Values may be infinite, never NaN. */
export function ranking(values: Float64Array): number[] {
  // The sort is stable, and ∞ − ∞ counts as 0 to it.
  return Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
}
