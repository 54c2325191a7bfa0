/**
 * Φ⁻¹(p): where the standard normal distribution function reaches p, 0 < p < 1. Within 1e-12 for p in
 * [0.001, 0.999].
 *
 * Newton's method on Φ from 0. Above 0 Φ is concave, so every step falls short of the root and none overshoots;
 * below, by symmetry.
 */
export function normalQuantile(p: number): number {
  if (p < 0.5) return -normalQuantile(1 - p);
  let x = 0;
  for (let i = 0; i < 100; i++) {
    const step = (p - distribution(x)) / density(x);
    if (!(step > 1e-16 * x)) break;
    x += step;
  }
  return x;
}

function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** Φ(x) for x ≥ 0: 1/2 + φ(x) · (x + x³/3 + x⁵/(3·5) + …), whose terms are all positive. */
function distribution(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; term > 1e-17 * sum; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + density(x) * sum;
}
