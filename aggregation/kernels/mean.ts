/**
 * The mean of the rows named by `indices`, length d: per coordinate the sum in the order of `indices`, then one
 * division.
 */
export function meanOf(rows: readonly Float64Array[], indices: readonly number[]): Float64Array {
  const sum = new Float64Array(rows[0]?.length ?? 0);
  for (const index of indices) {
    const row = rows[index]!;
    for (let k = 0; k < sum.length; k++) sum[k] = sum[k]! + row[k]!;
  }
  for (let k = 0; k < sum.length; k++) sum[k] = sum[k]! / indices.length;
  return sum;
}

/** {@link meanOf} of each list of row indices: as many vectors of length d as there are lists. */
export function meansOf(
  rows: readonly Float64Array[],
  lists: readonly (readonly number[])[],
): Float64Array[] {
  return lists.map((indices) => meanOf(rows, indices));
}
