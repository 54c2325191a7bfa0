import { BallastError } from '../../../protocol/errors.ts';

/** Most bins of a column: a bin is a byte. */
const MOST_BINS = 256;

/** A table of inputs with every value replaced by the bin that it lies in. */
export type BinnedTable = {
  readonly rows: number;
  readonly width: number;
  /** Column by column: the bin of row i in column j stands at j · rows + i. */
  readonly bin: Uint8Array;
  /** Ascending, of each column: a value lies in the bin of the first edge that it does not pass, or in the last. */
  readonly edges: readonly Float64Array[];
};

/**
 * Cuts each column at the quantiles of its values, as LightGBM does (Ke et al. 2017, Algorithm 1): splits are then
 * sought among at most `bins` places, whatever the number of rows.
 *
 * @param x rows × width, row-major, finite.
 * @throws BallastError `BOOSTING_INPUT` for values that are no table, or a number of bins outside 2 to 256.
 */
export function binColumns(x: Float64Array, width: number, bins: number): BinnedTable {
  const rows = x.length / width;
  const wrong = x.findIndex((value) => !Number.isFinite(value));
  if (!(Number.isInteger(rows) && rows > 0) || wrong !== -1 || !(bins >= 2 && bins <= MOST_BINS)) {
    const got = wrong === -1 ? `${x.length} values, ${bins} bins` : `${x[wrong]} at ${wrong}`;
    throw new BallastError(
      'BOOSTING_INPUT',
      `inputs: got ${got}, expected rows of ${width} finite numbers and 2 to ${MOST_BINS} bins`,
      { metadata: { values: x.length, width, bins } },
    );
  }
  const bin = new Uint8Array(rows * width);
  const edges: Float64Array[] = [];
  const column = new Float64Array(rows);
  for (let j = 0; j < width; j++) {
    for (let i = 0; i < rows; i++) column[i] = x[i * width + j]!;
    const own = edgesOf(Float64Array.from(column).sort(), bins);
    edges.push(own);
    for (let i = 0; i < rows; i++) bin[j * rows + i] = binOf(own, column[i]!);
  }
  return { rows, width, bin, edges };
}

/** Halfway between neighbours at the quantiles, so that a value that was never seen falls on the nearer side. */
function edgesOf(sorted: Float64Array, bins: number): Float64Array {
  const edges: number[] = [];
  for (let b = 1; b < bins; b++) {
    const at = Math.floor((b * sorted.length) / bins);
    const [low, high] = [sorted[at - 1] ?? Number.NaN, sorted[at] ?? Number.NaN];
    const edge = low + (high - low) / 2;
    if (low < high && edge > (edges.at(-1) ?? Number.NEGATIVE_INFINITY)) edges.push(edge);
  }
  return Float64Array.from(edges);
}

function binOf(edges: Float64Array, value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
