/** Indices of `values` by ascending value; ties by ascending index. Values may be infinite, never NaN. */
export function ranking(values: Float64Array): number[] {
  // The sort is stable.
  return Array.from(values.keys()).sort((a, b) => {
    const x = values[a]!;
    const y = values[b]!;
    return x < y ? -1 : x > y ? 1 : 0;
  });
}
