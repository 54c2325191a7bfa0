/** Sums of positive numbers that are known by their logarithms only, since they would overflow. */

/** log(Σ exp(xᵢ)), added in the order given; −∞ for none. */
export function logSumExp(logs: readonly number[]): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const log of logs) if (log > largest) largest = log;
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - largest);
  return largest + Math.log(sum);
}

/** log(1 + exp(x)). */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** log(exp(x) − 1) for x ≥ 0. */
export function logExpm1(x: number): number {
  return x > 1 ? x + Math.log1p(-Math.exp(-x)) : Math.log(Math.expm1(x));
}

/**
 * log |C(α, k)| for k = 0, 1, 2, …, each from the one before it, in a compensated sum: it is right to a few units
 * of the last place of the largest factor for thousands of steps.
 *
 * The coefficient is negative for k = ⌈α⌉ + 1, + 3, … where α is no integer, and zero after an integer α.
 */
export function* logBinomials(order: number): Generator<number, never> {
  let log = 0;
  let lost = 0;
  for (let k = 1; ; k++) {
    yield log;
    const factor = Math.log(Math.abs((order - k + 1) / k)) - lost;
    const next = log + factor;
    lost = Number.isFinite(next) ? next - log - factor : 0;
    log = next;
  }
}
