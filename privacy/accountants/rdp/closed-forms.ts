import { UNIT_ROUNDOFF } from '../../roundoff.ts';

/** Rényi divergences in closed form. Orders are above 1, or infinite; results are not below the truth. */

/** A few roundings, upwards. */
const UP = 1 + 16 * UNIT_ROUNDOFF;

/** A Gaussian whose shift is μ standard deviations: α·μ²/2 (Mironov 2017, Proposition 7). */
export function gaussianDivergence(order: number, squaredMu: number): number {
  return squaredMu === 0 ? 0 : ((order * squaredMu) / 2) * UP;
}

/**
 * The worst of all pairs that are ε-indistinguishable, which is randomised response (Kairouz, Oh and Viswanath 2015,
 * Theorem 2.5): log(p^α·r^(1−α) + r^α·p^(1−α))/(α−1) with p = e^ε/(1 + e^ε) and r = 1 − p.
 */
export function pureDivergence(order: number, epsilon: number): number {
  if (order === Number.POSITIVE_INFINITY || epsilon === 0) return epsilon;
  const r = 1 / (1 + Math.exp(epsilon));
  return Math.min(epsilon, twoLossDivergence(order, epsilon, epsilon, 1 - r, r));
}

/**
 * Laplace noise whose shift is t scales in L1 norm (Mironov 2017, Proposition 6):
 * log[α/(2α−1)·e^((α−1)t) + (α−1)/(2α−1)·e^(−αt)]/(α−1).
 *
 * The logarithm is convex in t and 0 at 0, so that a shift spread over many coordinates costs no more than all of it
 * in one.
 */
export function laplaceDivergence(order: number, shift: number): number {
  if (order === Number.POSITIVE_INFINITY) return shift;
  const up = order / (2 * order - 1);
  return Math.min(pureDivergence(order, shift), mixedDivergence(order, shift, up, 1 - up));
}

/**
 * Discrete Laplace noise of scale b steps, P(x) ∝ e^(−|x|/b), whose shift is `shift`·b steps in L1 norm. The sums of
 * Σ_x P(x − k)^α·P(x)^(1−α) over the three stretches between and beyond 0 and k are geometric, and leave
 * c·e^((α−1)k/b) + (1 − c)·e^(−αk/b) with r = e^(−1/b), c = [1 + (1−r)·r^(2α−1)/(1−r^(2α−1))]/(1+r) and 0 ≤ c ≤ 1: as
 * above it is log-convex in k, which carries it over to many coordinates.
 */
export function discreteLaplaceDivergence(order: number, shift: number, scale: number): number {
  // No integer but 0 is smaller than one step.
  const least = Math.max(shift, 1 / scale);
  if (order === Number.POSITIVE_INFINITY) return least;
  const far = Math.exp(-(2 * order - 1) / scale);
  const beyond = (-Math.expm1(-1 / scale) * far) / -Math.expm1(-(2 * order - 1) / scale);
  const up = (1 + beyond) / (1 + Math.exp(-1 / scale));
  return Math.min(pureDivergence(order, least), mixedDivergence(order, least, up, 1 - up));
}

/**
 * A choice of bounded range ε: no two losses differ by more than ε. The worst pair has the two losses t and t − ε for
 * some t in [0, ε] (Dong, Durfee and Rogers 2020, Lemma 3.2); the t that is worst for α is found where the derivative
 * of x^(−α)·(A·x + B), x = e^(−t), is zero. Order 1 is its limit, the Kullback–Leibler divergence.
 */
export function boundedRangeDivergence(order: number, epsilon: number): number {
  if (order === Number.POSITIVE_INFINITY || epsilon === 0) return epsilon;
  const span = -Math.expm1(-epsilon);
  if (order === 1) {
    const t = epsilon + Math.log(span / epsilon);
    return (t - epsilon * (1 + Math.expm1(t - epsilon) / span)) * UP;
  }
  const slope = -Math.expm1(-order * epsilon) / span;
  const excess = Math.exp(-epsilon) * slope - Math.exp(-order * epsilon);
  const x = Math.min(1, Math.max(Math.exp(-epsilon), ((order / (order - 1)) * excess) / slope));
  const t = Math.min(epsilon, -Math.log(x));
  const high = (-Math.exp(-t) * Math.expm1(t - epsilon)) / span;
  const value = twoLossDivergence(order, t, epsilon - t, high * Math.exp(t), high);
  return Math.min(epsilon, pureDivergence(order, epsilon), value);
}

/**
 * The sum of independent discrete Gaussians, n shares of σ steps each: ½ε²-concentrated with
 * ε = min(√(Δ²/(nσ²) + τd/2), Δ/(√n·σ) + τ√d), τ = 10·Σ_{k<n} e^(−2π²σ²·k/(k+1)), σ ≥ ½ (Kairouz, Liu and Steinke
 * 2021, Theorem 1).
 *
 * @param mu Δ/(√n·σ): the L2 shift against σ of the whole sum.
 */
export function summedDiscreteGaussianDivergence(
  order: number,
  mu: number,
  noise: { readonly shares: number; readonly shareDeviation: number; readonly dimension: number },
): number {
  const tau = summationGap(noise.shares, noise.shareDeviation);
  const squared = mu * mu + (tau * noise.dimension) / 2;
  const linear = mu + tau * Math.sqrt(noise.dimension);
  return gaussianDivergence(order, Math.min(squared, linear * linear) * UP);
}

/** τ of Kairouz, Liu and Steinke 2021. The terms fall with k, so those after the first 1,000 are at most the next one. */
export function summationGap(shares: number, shareDeviation: number): number {
  const decay = 2 * Math.PI * Math.PI * shareDeviation * shareDeviation;
  const counted = Math.min(shares - 1, 1000);
  let sum = 0;
  for (let k = 1; k <= counted; k++) sum += Math.exp((-decay * k) / (k + 1));
  const rest = shares - 1 - counted;
  return 10 * (sum + rest * Math.exp((-decay * (counted + 1)) / (counted + 2))) * (1 + 1e-12);
}

/**
 * Skellam noise of variance m squared steps, for integer orders: α·Δ₂²/(2m) + min(((2α−1)Δ₂² + 6Δ₁)/(4m²), 3Δ₁/(2m))
 * (Agarwal, Kairouz and Liu 2021, Corollary 4.1 at scale 1). Δ₁ ≤ min(√d·Δ₂, Δ₂²) for integers. Between two integer orders
 * (α − 1)·D lies below its chord.
 *
 * @param l2 Δ₂ in steps.
 */
export function skellamDivergence(order: number, l2: number, variance: number, dimension: number): number {
  if (order === Number.POSITIVE_INFINITY) return order;
  const l1 = Math.min(Math.sqrt(dimension) * l2, l2 * l2);
  const atInteger = (integer: number): number => {
    const correction = ((2 * integer - 1) * l2 * l2 + 6 * l1) / (4 * variance * variance);
    return ((integer * l2 * l2) / (2 * variance) + Math.min(correction, (3 * l1) / (2 * variance))) * UP;
  };
  return overIntegers(order, atInteger);
}

/**
 * A bound that is known at integer orders, at any order α > 1: K(α) = (α − 1)·D_α is convex and 0 at 1, so the chord
 * between the integers around α is above it (Wang, Balle and Kasiviswanathan 2019, Corollary 10).
 */
export function overIntegers(order: number, atInteger: (integer: number) => number): number {
  const low = Math.floor(order);
  if (low === order) return atInteger(order);
  const weight = order - low;
  const below = low === 1 ? 0 : (1 - weight) * (low - 1) * atInteger(low);
  return ((below + weight * low * atInteger(low + 1)) / (order - 1)) * UP;
}

/** log(c·e^((α−1)t) + (1−c)·e^(−αt))/(α−1), what rounding may have taken added on. */
function mixedDivergence(order: number, t: number, up: number, down: number): number {
  const rise = (order - 1) * t;
  if (rise > 1) {
    const log = rise + Math.log(up) + Math.log1p((down / up) * Math.exp(-(2 * order - 1) * t));
    return ((log + 8 * UNIT_ROUNDOFF * rise) / (order - 1)) * UP;
  }
  const [gain, loss] = [up * Math.expm1(rise), -down * Math.expm1(-order * t)];
  const excess = gain - loss + 8 * UNIT_ROUNDOFF * (gain + loss);
  return (Math.log1p(excess) / (order - 1)) * UP;
}

/**
 * The divergence of two outcomes: loss a > 0 with probability `p` under the first and `q` under the second, else loss
 * −b: log(1 + q·(e^(αa) − 1) + (1 − q)·(e^(−αb) − 1))/(α−1).
 */
function twoLossDivergence(order: number, a: number, b: number, p: number, q: number): number {
  const rise = (order - 1) * a;
  if (rise > 1 || a > 30) {
    const rest = ((1 - q) / p) * Math.exp(-order * b - rise);
    const log = rise + Math.log(p) + Math.log1p(rest);
    return ((log + 8 * UNIT_ROUNDOFF * (rise + 1)) / (order - 1)) * UP;
  }
  const gain = q * Math.expm1(order * a);
  const loss = -(1 - q) * Math.expm1(-order * b);
  const excess = gain - loss + 8 * UNIT_ROUNDOFF * (gain + loss);
  return (Math.log1p(excess) / (order - 1)) * UP;
}
