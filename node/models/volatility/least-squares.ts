import { solveLinear } from '../linear-system.ts';

/**
 * Ordinary least squares by the normal equations, columns brought to one scale first; a touch of ridge keeps columns
 * solvable that say the same.
 *
 * @param x rows × width, row-major.
 * @returns coefficients, and the mean square of what they leave.
 */
export function leastSquares(
  x: readonly number[],
  y: readonly number[],
  width: number,
): { readonly coefficients: number[]; readonly residualVariance: number } {
  const rows = y.length;
  const at = (row: number, column: number) => x[row * width + column] ?? Number.NaN;
  const scale = Array.from({ length: width }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += at(i, j) ** 2;
    return Math.sqrt(sum / rows) || 1;
  });
  const system = Array.from({ length: width }, () => new Array<number>(width + 1).fill(0));
  const row = new Float64Array(width);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) row[j] = at(i, j) / (scale[j] ?? 1);
    for (const [a, equation] of system.entries()) {
      for (let b = 0; b < width; b++) equation[b]! += row[a]! * row[b]!;
      equation[width]! += row[a]! * (y[i] ?? Number.NaN);
    }
  }
  for (const [a, equation] of system.entries()) equation[a]! += 1e-9 * rows;
  const coefficients = solveLinear(system).map((value, j) => value / (scale[j] ?? 1));
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    let rest = y[i] ?? Number.NaN;
    for (const [j, slope] of coefficients.entries()) rest -= slope * at(i, j);
    squares += rest * rest;
  }
  return { coefficients, residualVariance: squares / rows };
}
