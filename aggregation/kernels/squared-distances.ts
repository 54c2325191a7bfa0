/**
 * ‖x_i − x_j‖² of all pairs of n rows. `values` holds the pairs i < j only, by ascending i, then j.
 */
export type SquaredDistances = { readonly n: number; readonly values: Float64Array };

/** The pairs (i, j) with `from` ≤ i < `to` and i < j < n: neighbours in the order of {@link SquaredDistances}. */
export type PairGroup = { readonly from: number; readonly to: number };

/** Partial sums of a pair. */
export const LANES = 4;
const TILE = 2048;

/**
 * Squared Euclidean distances of all pairs of rows (one length d), O(n²d) time.
 *
 * The order of the sum is part of the definition, since nodes vote on what follows from it: the squares of the
 * direct differences x_i[k] − x_j[k] go by ascending k into four partial sums s_(k mod 4), and the distance is
 * (s_0 + s_1) + (s_2 + s_3). Four sums, because one alone waits for each addition to finish. Never as
 * ‖x‖² + ‖y‖² − 2x·y, which cancels: rows that share a large offset would lose every digit.
 */
export function squaredDistances(rows: readonly Float64Array[]): SquaredDistances {
  const n = rows.length;
  const all = { from: 0, to: n };
  const sums = new Float64Array(pairCount(n, all) * LANES);
  addGroupSquares(rows, all, sums);
  return distancesOfSums(n, sums);
}

/** How many pairs a group has among n rows. */
export function pairCount(n: number, { from, to }: PairGroup): number {
  return pairIndex(n, to, to + 1) - pairIndex(n, from, from + 1);
}

/** Where the pair i < j stands among the pairs of n rows. */
export function pairIndex(n: number, i: number, j: number): number {
  return i * n - (i * (i + 1)) / 2 + (j - i - 1);
}

/** (s_0 + s_1) + (s_2 + s_3) of the partial sums of all pairs of n rows, which lie pair by pair. */
export function distancesOfSums(n: number, sums: Float64Array): SquaredDistances {
  const values = new Float64Array(sums.length / LANES);
  for (let pair = 0; pair < values.length; pair++) {
    const at = pair * LANES;
    values[pair] = sums[at]! + sums[at + 1]! + (sums[at + 2]! + sums[at + 3]!);
  }
  return { n, values };
}

/**
 * Adds the squares of the differences of a group's pairs onto their four partial sums each. Rows may be pieces of
 * longer ones that begin at a multiple of {@link LANES}: one piece after the other, the sums are those of the whole.
 */
export function addGroupSquares(
  rows: readonly Float64Array[],
  { from, to }: PairGroup,
  sums: Float64Array,
): void {
  const n = rows.length;
  const d = rows[0]?.length ?? 0;
  // Tiles keep the rows in cache; a tile starts at a multiple of LANES, so the order above is untouched.
  for (let start = 0; start < d; start += TILE) {
    const end = Math.min(start + TILE, d);
    let at = 0;
    for (let i = from; i < to; i++) {
      for (let j = i + 1; j < n; j++) {
        addSquares(rows[i]!, rows[j]!, start, end, sums, at);
        at += LANES;
      }
    }
  }
}

/** Calls `visit` for every pair of rows i < j with its squared distance, by ascending i, then j. */
export function visitPairs(
  { n, values }: SquaredDistances,
  visit: (i: number, j: number, squared: number) => void,
): void {
  let pair = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) visit(i, j, values[pair++]!);
}

/** The n − 1 squared distances from `row` to the others, by ascending index of the other. */
export function distancesFrom({ n, values }: SquaredDistances, row: number): Float64Array {
  const result = new Float64Array(n - 1);
  let at = 0;
  for (let i = 0; i < row; i++) result[at++] = values[pairIndex(n, i, row)]!;
  for (let j = row + 1; j < n; j++) result[at++] = values[pairIndex(n, row, j)]!;
  return result;
}

/**
 * Adds the squares of x[k] − y[k], `start` ≤ k < `end`, to the four partial sums that begin at `at`; `start` is a
 * multiple of four.
 */
export function addSquares(
  x: Float64Array,
  y: Float64Array,
  start: number,
  end: number,
  sums: Float64Array,
  at: number,
): void {
  let s0 = sums[at]!;
  let s1 = sums[at + 1]!;
  let s2 = sums[at + 2]!;
  let s3 = sums[at + 3]!;
  let k = start;
  for (; k + 3 < end; k += LANES) {
    const d0 = x[k]! - y[k]!;
    const d1 = x[k + 1]! - y[k + 1]!;
    const d2 = x[k + 2]! - y[k + 2]!;
    const d3 = x[k + 3]! - y[k + 3]!;
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  const rest = end - k;
  if (rest > 0) s0 += square(x[k]! - y[k]!);
  if (rest > 1) s1 += square(x[k + 1]! - y[k + 1]!);
  if (rest > 2) s2 += square(x[k + 2]! - y[k + 2]!);
  sums[at] = s0;
  sums[at + 1] = s1;
  sums[at + 2] = s2;
  sums[at + 3] = s3;
}

function square(x: number): number {
  return x * x;
}
