const TILE = 64;

/**
 * Calls `visit` for each coordinate k in ascending order with the n values of that coordinate in ascending
 * order. The array is reused between calls.
 */
export function visitSortedColumns(
  rows: readonly Float64Array[],
  visit: (sorted: Float64Array, k: number) => void,
): void {
  const n = rows.length;
  const d = rows[0]?.length ?? 0;
  // Rows are read a tile at a time: n arrays read one value each would miss the cache on every one.
  const tile = new Float64Array(TILE * n);
  const columns = Array.from({ length: TILE }, (_, c) => tile.subarray(c * n, (c + 1) * n));
  for (let start = 0; start < d; start += TILE) {
    const width = Math.min(TILE, d - start);
    for (let i = 0; i < n; i++) {
      const row = rows[i]!;
      for (let c = 0; c < width; c++) tile[c * n + i] = row[start + c]! + 0; // −0 becomes 0
    }
    for (let c = 0; c < width; c++) {
      const column = columns[c]!;
      column.sort();
      visit(column, start + c);
    }
  }
}
