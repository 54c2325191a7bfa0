import { checkRows } from '../../aggregation/kernels/rows.ts';

/**
 * Per coordinate the mean of the honest updates.
 * @throws {AggregationError} ROWS_EMPTY, ROW_RAGGED or ROW_NOT_FINITE.
 */
export function meanOfHonest(honest: readonly Float64Array[]): Float64Array {
  const d = checkRows(honest);
  return Float64Array.from(
    { length: d },
    (_, k) => honest.reduce((sum, row) => sum + row[k]!, 0) / honest.length,
  );
}

/**
 * Per coordinate the standard deviation about `mean`: `sample` with n − 1 in the denominator, n ≥ 2, as ALIE has it;
 * `population` with n.
 */
export function deviationOfHonest(
  honest: readonly Float64Array[],
  mean: Float64Array,
  kind: 'sample' | 'population' = 'sample',
): Float64Array {
  const denominator = kind === 'sample' ? honest.length - 1 : honest.length;
  return mean.map((centre, k) => {
    const squares = honest.reduce((sum, row) => sum + (row[k]! - centre) * (row[k]! - centre), 0);
    return Math.sqrt(squares / denominator);
  });
}
