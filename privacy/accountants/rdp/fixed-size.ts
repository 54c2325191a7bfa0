import { gaussLegendre } from './gauss-legendre.ts';
import { logBinomials, logExpm1, logSumExp, softplus } from './log-space.ts';
import { convexExcess, logConvexExcess } from './moment-quadrature.ts';

/** Divergences under sampling without replacement and the relation replace: γ = size / population. */

/** Beyond this order the sum is not taken; the caller has the unsampled divergence. */
const MAX_ORDER = 4096;

/**
 * Any mechanism whose Rényi divergences under replace are known: for integer α,
 *
 * 1/(α−1)·log(1 + γ²·C(α,2)·min{4(e^D(2) − 1), e^D(2)·min{2, (e^D(∞) − 1)²}}
 *               + Σ_{j=3..α} γʲ·C(α,j)·e^((j−1)D(j))·min{2, (e^D(∞) − 1)ʲ})
 *
 * (Wang, Balle and Kasiviswanathan 2019, Theorem 9).
 *
 * @param order an integer from 2 on. @param divergence D of the mechanism, at integers and infinity.
 */
export function fixedSizeDivergence(
  order: number,
  rate: number,
  divergence: (order: number) => number,
): number {
  if (order > MAX_ORDER) return Number.POSITIVE_INFINITY;
  const logRate = Math.log(rate);
  const pure = divergence(Number.POSITIVE_INFINITY);
  const logPure = pure === Number.POSITIVE_INFINITY ? pure : logExpm1(pure);
  const binomials = logBinomials(order);
  const logs: number[] = [];
  for (let j = 0; j <= order; j++) {
    const logBinomial = binomials.next().value;
    if (j < 2) continue;
    const d = divergence(j);
    const range = (j - 1) * d + Math.min(Math.LN2, j * logPure);
    const factor = j === 2 ? Math.min(Math.log(4) + logExpm1(d), range) : range;
    logs.push(logBinomial + j * logRate + factor);
  }
  return (softplus(logSumExp(logs)) / (order - 1)) * (1 + BOUND_ERROR);
}

/**
 * A Gaussian of σ against the sensitivity under replace: tighter than the bound for any mechanism, and for every α > 1.
 *
 * With P = N(1, σ²) and Q = N(0, σ²), δ(ε) of the sampled mechanism at ε' = log(1 + γ(e^ε − 1)) ≥ 0 is at most γ times
 * that of the Gaussian, in both directions (Balle, Barthe and Gaboardi 2018, Theorem 11), which is the hockey-stick
 * divergence of (1−γ)Q + γP from Q; for ε' < 0 the mirror image, that of P from (1−γ)P + γQ. The moment of a pair is
 * an increasing functional of these, E[Lᵅ] = 1 + α(α−1)·∫ t^(α−2)·(H_t − (1 − t)⁺) dt, whose parts t > 1 and t < 1 are
 * E[g(L − 1)] over L > 1 of the first pair and over L < 1 of the second, g(u) = (1 + u)^α − 1 − αu ≥ 0. Hence
 *
 * D ≤ 1/(α−1)·log(1 + E_Q[g(γ(r−1)); r > 1] + E_Q[((1−γ)r + γ)·g(γ(r−1)/((1−γ)r+γ)); r < 1]),  r = P/Q.
 *
 * By the Gauss–Legendre rule on panels of one standard deviation, or less where σ is small: both integrands are
 * analytic on their side of r = 1.
 *
 * @returns infinite where the panels would be too many (σ below about 0.1), for the caller to use the other bound.
 */
export function fixedSizeGaussianDivergence(order: number, sigma: number, rate: number): number {
  const width = Math.min(1, sigma);
  const middle = 1 / (2 * sigma);
  const above = Math.ceil((order / sigma + REACH) / width);
  const below = Math.ceil((middle + REACH) / width);
  if (!(above + below <= MAX_PANELS)) return Number.POSITIVE_INFINITY;
  const logs: number[] = [];
  const addPanels = (count: number, sign: 1 | -1, logIntegrand: (exponent: number) => number): void => {
    for (let panel = 0; panel < count; panel++) {
      for (const { at, weight } of RULE) {
        const t = middle + sign * (panel + (1 + at) / 2) * width;
        logs.push(logIntegrand((t - middle) / sigma) - (t * t) / 2 + Math.log(weight));
      }
    }
  };
  addPanels(above, 1, (exponent) => logConvexExcess(order, exponent, rate));
  addPanels(below, -1, (exponent) => {
    const change = Math.expm1(exponent);
    const density = Math.exp(exponent) - rate * change;
    return Math.log(density * convexExcess(order, Math.max(-1, (rate * change) / density)));
  });
  const logExcess = logSumExp(logs) + Math.log(width / 2) - 0.5 * Math.log(2 * Math.PI);
  return (softplus(logExcess) / (order - 1)) * (1 + BOUND_ERROR);
}

/** Above what rounding and the quadrature leave, as the tests confirm. */
const BOUND_ERROR = 1e-10;
const REACH = 12;
const MAX_PANELS = 4000;
const RULE = gaussLegendre(16);
