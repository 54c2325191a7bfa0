/**
 * x_i·p of each row, length n; row and point of one length d. By ascending k into four partial sums s_(k mod 4), then
 * (s_0 + s_1) + (s_2 + s_3). Not finite, or NaN, where a sum leaves the range of float64.
 */
export function dotsWith(rows: readonly Float64Array[], point: Float64Array): Float64Array {
  return Float64Array.from(rows, (row) => {
    const sums = new Float64Array(4);
    for (let k = 0; k < point.length; k++) sums[k % 4] = sums[k % 4]! + row[k]! * point[k]!;
    return sums[0]! + sums[1]! + (sums[2]! + sums[3]!);
  });
}
