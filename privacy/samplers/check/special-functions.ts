import { normalUpperTail } from '../../accountants/normal.ts';

const MAX_TERMS = 100_000;
const PRECISION = 1e-15;

/** P[|N(0,1)| ≥ |z|]. */
export function normalPValue(z: number): number {
  return 2 * normalUpperTail(Math.abs(z));
}

/** P[χ² ≥ statistic] with `freedom` degrees of freedom. */
export function chiSquarePValue(statistic: number, freedom: number): number {
  return upperGamma(freedom / 2, statistic / 2);
}

/** P[√n·D ≥ t] of Kolmogorov's statistic in the limit: 2·Σ (−1)^{j−1}·exp(−2j²t²). */
export function kolmogorovPValue(t: number): number {
  if (t < 0.2) return 1;
  let sum = 0;
  for (let j = 1; j <= 100; j++) sum += (j % 2 === 1 ? 2 : -2) * Math.exp(-2 * j * j * t * t);
  return Math.min(1, Math.max(0, sum));
}

/** Twice the smaller of P[X ≤ count] and P[X ≥ count], X ~ Poisson(mean); 1 at most. */
export function poissonPValue(count: number, mean: number): number {
  const below = upperGamma(count + 1, mean);
  const above = count === 0 ? 1 : lowerGamma(count, mean);
  return Math.min(1, 2 * Math.min(below, above));
}

/** Γ(a, x)/Γ(a), for a > 0 and x ≥ 0. */
function upperGamma(a: number, x: number): number {
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
}

/** γ(a, x)/Γ(a). */
function lowerGamma(a: number, x: number): number {
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x);
}

/** x^a·e^{−x}/Γ(a+1)·(1 + x/(a+1) + …) (Abramowitz and Stegun 6.5.29). */
function gammaSeries(a: number, x: number): number {
  if (x === 0) return 0;
  let term = 1;
  let sum = 1;
  for (let n = 1; n < MAX_TERMS && term > sum * PRECISION; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return Math.min(1, sum * Math.exp(a * Math.log(x) - x - logGamma(a + 1)));
}

/** x^a·e^{−x}/Γ(a) times the continued fraction 6.5.31, by Lentz's method. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let i = 1; i < MAX_TERMS; i++) {
    const numerator = i * (a - i);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const change = c * d;
    value *= change;
    if (Math.abs(change - 1) < PRECISION) break;
  }
  return Math.min(1, value * Math.exp(a * Math.log(x) - x - logGamma(a)));
}

/** ln Γ(a) for a > 0: Stirling's series from 10 on, reached by Γ(a) = Γ(a + n)/(a·…·(a+n−1)). */
function logGamma(a: number): number {
  let shifted = a;
  let product = 1;
  while (shifted < 10) {
    product *= shifted;
    shifted += 1;
  }
  const s = 1 / (shifted * shifted);
  const series = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / shifted;
  return (
    (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
  );
}
