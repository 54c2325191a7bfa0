/**
 * Fills the rows with seeded numbers: the honest ones spread about one centre, the last `f` about another. Differences
 * of two xorshift words, since 10⁸ of them are wanted quickly.
 */
export function fillRows(rows: readonly Float64Array[], f: number, seed: number): void {
  for (const [i, row] of rows.entries()) {
    const shift = i >= rows.length - f ? 2 : 0;
    let state = (Math.imul(seed + i + 1, 0x9e3779b1) | 1) >>> 0;
    const draw = (): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) / 2 ** 32;
    };
    for (let k = 0; k < row.length; k++) row[k] = draw() - draw() + shift;
  }
}
