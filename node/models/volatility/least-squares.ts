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
  const system = Array.from({ length: width }, () => new Float64Array(width + 1));
  const row = new Float64Array(width);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) row[j] = at(i, j) / (scale[j] ?? 1);
    for (const [a, equation] of system.entries()) {
      for (let b = 0; b < width; b++) equation[b]! += row[a]! * row[b]!;
      equation[width]! += row[a]! * (y[i] ?? Number.NaN);
    }
  }
  for (const [a, equation] of system.entries()) equation[a]! += 1e-9 * rows;
  const coefficients = solvePositive(system).map((value, j) => value / (scale[j] ?? 1));
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    let rest = y[i] ?? Number.NaN;
    for (const [j, slope] of coefficients.entries()) rest -= slope * at(i, j);
    squares += rest * rest;
  }
  return { coefficients, residualVariance: squares / rows };
}

/** Solves a positive definite n × (n + 1) system, in place. */
function solvePositive(system: readonly Float64Array[]): number[] {
  const n = system.length;
  for (let column = 0; column < n; column++) {
    const pivot = system[column]!;
    for (let r = column + 1; r < n; r++) {
      const equation = system[r]!;
      const factor = equation[column]! / pivot[column]!;
      for (let c = column; c <= n; c++) equation[c]! -= factor * pivot[c]!;
    }
  }
  const out = new Array<number>(n).fill(0);
  for (let r = n - 1; r >= 0; r--) {
    const equation = system[r]!;
    let sum = equation[n]!;
    for (let c = r + 1; c < n; c++) sum -= equation[c]! * out[c]!;
    out[r] = sum / equation[r]!;
  }
  return out;
}
