/**
 * Solves A·x = b for many b, A being symmetric and positive definite: A = L·Lᵀ once, then two substitutions each.
 *
 * @param matrix n × n, row-major; read only.
 * @returns a function that overwrites and returns its argument, n values.
 * @throws RangeError for a matrix that is not positive definite.
 */
export function choleskySolver(matrix: Float64Array, n: number): (b: Float64Array) => Float64Array {
  const factor = Float64Array.from(matrix);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = factor[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      if (i > j) factor[i * n + j] = sum / factor[j * n + j]!;
      else if (sum > 0) factor[j * n + j] = Math.sqrt(sum);
      else throw new RangeError(`matrix: got a pivot of ${sum} in row ${j}, expected more than 0`);
    }
  }
  return (b) => {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) b[i]! -= factor[i * n + k]! * b[k]!;
      b[i]! /= factor[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) b[i]! -= factor[k * n + i]! * b[k]!;
      b[i]! /= factor[i * n + i]!;
    }
    return b;
  };
}
