import { softplus } from './log-space.ts';

/**
 * The moment of `integerLogMoment` by quadrature, for any order above 1 and where nothing may be subtracted.
 *
 * With the likelihood ratio 1 + u, u = q·(e^((2x−1)/(2σ²)) − 1), E[u] = 0, so the moment is 1 + E[g(u)] with
 * g(u) = (1 + u)^α − 1 − α·u, which is positive: the integral has no cancellation however close to 1 the moment is.
 * The trapezoidal rule over the whole line converges exponentially (Trefethen and Weideman 2014): in t = x/σ the
 * integrand is analytic in a strip of half width πσ, and |1 + u|^α is nowhere larger there than on the real line, so
 * the step is chosen for exp(d²/2 − 2πd/h) ≤ e^−60 with d = min(πσ, 2π/h).
 *
 * @param sigma σ against the sensitivity. @param rate q, at least 1e-100 and below 1.
 * @returns log of the moment; undefined where σ is so small that it would take more than 10^6 points.
 */
export function quadratureLogMoment(order: number, sigma: number, rate: number): number | undefined {
  const logRate = Math.log(rate);
  const step = stepOf(sigma);
  const from = Math.floor(-REACH / step);
  const to = Math.ceil((order / sigma + REACH) / step);
  if (!(to - from <= MAX_POINTS)) return undefined;
  let largest = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let i = from; i <= to; i++) {
    const t = i * step;
    const exponent = t / sigma - 1 / (2 * sigma * sigma);
    const log = logConvexExcess(order, exponent, rate, logRate) - (t * t) / 2;
    if (log > largest) {
      sum = sum * Math.exp(largest - log) + 1;
      largest = log;
    } else {
      sum += Math.exp(log - largest);
    }
  }
  const logExcess = largest + Math.log((sum * step) / Math.sqrt(2 * Math.PI));
  return softplus(logExcess);
}

/** Standard deviations on either side of the two peaks; what is left out is below 1e-31 of them. */
const REACH = 12;
const MAX_POINTS = 1e6;

/** With q ≥ 1e-100, 1 + u and q·e^exponent are the same double from here on. */
const FAR = 600;

function stepOf(sigma: number): number {
  const strip = Math.PI * Math.min(sigma, 4);
  return Math.min(0.5, (2 * Math.PI * strip) / (60 + (strip * strip) / 2));
}

/** log g(u) for u = q·(e^exponent − 1), q at least 1e-100. */
export function logConvexExcess(
  order: number,
  exponent: number,
  rate: number,
  logRate = Math.log(rate),
): number {
  if (exponent > FAR) {
    const log = logRate + exponent;
    return order * log + Math.log1p(-order * Math.exp((1 - order) * log));
  }
  const u = rate * Math.expm1(exponent);
  const log = order * Math.log1p(u);
  if (log > 30) return log + Math.log1p(-(1 + order * u) * Math.exp(-log));
  return Math.log(convexExcess(order, u));
}

/** (1 + u)^α − 1 − α·u for u > −1: by its power series where the difference would lose digits. */
export function convexExcess(order: number, u: number): number {
  if (Math.abs(u) * (order + 1) > 0.1) return Math.expm1(order * Math.log1p(u)) - order * u;
  let term = (order * (order - 1) * u * u) / 2;
  let sum = term;
  for (let k = 3; Math.abs(term) > 1e-17 * sum; k++) {
    term *= ((order - k + 1) * u) / k;
    sum += term;
  }
  return sum;
}
