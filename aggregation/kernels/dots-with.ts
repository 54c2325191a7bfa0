/**
 * x_i·p of each row, length n; row and point of one length d. By ascending k into four partial sums s_(k mod 4), then
 * (s_0 + s_1) + (s_2 + s_3). Not finite, or NaN, where a sum leaves the range of float64.
 */
export function dotsWith(rows: readonly Float64Array[], point: Float64Array): Float64Array {
  const whole = point.length - (point.length % 4);
  return Float64Array.from(rows, (row) => {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let k = 0; k < whole; k += 4) {
      s0 += row[k]! * point[k]!;
      s1 += row[k + 1]! * point[k + 1]!;
      s2 += row[k + 2]! * point[k + 2]!;
      s3 += row[k + 3]! * point[k + 3]!;
    }
    if (whole < point.length) s0 += row[whole]! * point[whole]!;
    if (whole + 1 < point.length) s1 += row[whole + 1]! * point[whole + 1]!;
    if (whole + 2 < point.length) s2 += row[whole + 2]! * point[whole + 2]!;
    return s0 + s1 + (s2 + s3);
  });
}
