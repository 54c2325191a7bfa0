import { norms } from './norms.ts';

/** A row's norm, and the row divided by it: length 1, or the row itself where that is 0. */
export type Unit = { readonly length: number; readonly direction: Float64Array };

/**
 * Norm and direction of a row of any finite size: it is divided by its largest absolute value first, so that no square
 * leaves the range of float64, then by the norm of that (see {@link norms}); the row's norm is their product.
 */
export function unitOf(row: Float64Array): Unit {
  let largest = 0;
  for (let k = 0; k < row.length; k++) largest = Math.max(largest, Math.abs(row[k]!));
  if (largest === 0) return { length: 0, direction: row };
  const scaled = row.map((x) => x / largest);
  const length = norms([scaled])[0]!;
  return { length: largest * length, direction: scaled.map((x) => x / length) };
}
