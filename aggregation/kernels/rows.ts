import { AggregationError } from '../errors.ts';

/**
 * Checks that there is at least one row, that all have the same length d ≥ 1 and that every value is finite.
 * @returns d.
 * @throws {AggregationError} ROWS_EMPTY, ROW_RAGGED or ROW_NOT_FINITE.
 */
export function checkRows(rows: readonly Float64Array[]): number {
  const dimension = rows[0]?.length ?? 0;
  if (dimension === 0) {
    throw new AggregationError(
      'ROWS_EMPTY',
      rows.length === 0
        ? 'no rows given, expected at least one'
        : 'row 0 has no coordinates, expected at least one',
      { metadata: { rows: rows.length } },
    );
  }
  for (const [index, row] of rows.entries()) {
    if (row.length !== dimension) {
      throw new AggregationError(
        'ROW_RAGGED',
        `row ${index} has ${row.length} coordinates, expected ${dimension} as in row 0`,
        { metadata: { row: index, length: row.length, expected: dimension } },
      );
    }
    if (!hasOnlyFinite(row)) {
      const k = row.findIndex((value) => !Number.isFinite(value));
      throw new AggregationError(
        'ROW_NOT_FINITE',
        `row ${index}, coordinate ${k} is ${row[k]}, expected a finite number`,
        { metadata: { row: index, coordinate: k } },
      );
    }
  }
  return dimension;
}

/** 0 times a number is 0 exactly if it is finite, else NaN; four sums, because one alone waits for each addition. */
function hasOnlyFinite(row: Float64Array): boolean {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < row.length; k += 4) {
    s0 += row[k]! * 0;
    s1 += row[k + 1]! * 0;
    s2 += row[k + 2]! * 0;
    s3 += row[k + 3]! * 0;
  }
  for (; k < row.length; k++) s0 += row[k]! * 0;
  return s0 + s1 + (s2 + s3) === 0;
}
