/** Terms of the series: the next one is below 2^−75 of the sum. */
const TERMS = 14;
// Written out, for this path takes nothing from Math but √ and exact functions.
// biome-ignore lint/suspicious/noApproximativeNumericConstant: see above
const SQRT2 = 1.4142135623730951;
// biome-ignore lint/suspicious/noApproximativeNumericConstant: see above
const LN2 = 0.6931471805599453;

/**
 * ln x for x > 0, of + − × ÷ alone so that every machine gives the same bits; Math.log may differ between them.
 *
 * x = 2^k·m with √½ < m ≤ √2, by halving or doubling, which is exact; then k·ln 2 + 2·(z + z³/3 + … + z^27/27) with
 * z = (m − 1) ÷ (m + 1), from the last term to the first (Horner). |z| ≤ 0.1716, so what the series leaves out is below
 * 1e−22 of it; with rounding the result is within 4 units in the last place.
 *
 * @returns −∞ at 0, ∞ at ∞, NaN below 0.
 */
export function naturalLog(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  let m = x;
  let k = 0;
  for (; m > SQRT2; k++) m /= 2;
  for (; m <= SQRT2 / 2; k--) m *= 2;
  const z = (m - 1) / (m + 1);
  const square = z * z;
  let series = 0;
  for (let term = TERMS; term-- > 0; ) series = series * square + 1 / (2 * term + 1);
  return k * LN2 + 2 * z * series;
}
