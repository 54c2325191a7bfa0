/**
 * The exact one-sided bounds of a probability of which `successes` of `trials` were seen (Clopper and Pearson 1934):
 * each holds with probability 1 − α at least, whatever the truth.
 *
 * @throws RangeError for counts that are no counts or an α outside (0, 1).
 */
export function upperProportion(successes: number, trials: number, alpha: number): number {
  requireCounts(successes, trials, alpha);
  if (successes === trials) return 1;
  const logs = logFactorials(trials);
  // The largest p at which so few successes are not yet too unlikely.
  let low = successes / trials;
  let high = 1;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (atMost(successes, trials, middle, logs) > alpha) low = middle;
    else high = middle;
  }
}

/** The other side: see {@link upperProportion}. */
export function lowerProportion(successes: number, trials: number, alpha: number): number {
  return 1 - upperProportion(trials - successes, trials, alpha);
}

/** P[X ≤ k] of a binomial with mean above k, from its largest term down. */
function atMost(k: number, n: number, p: number, logs: Float64Array): number {
  const choose = logs[n]! - logs[k]! - logs[n - k]!;
  let term = Math.exp(choose + k * Math.log(p) + (n - k) * Math.log1p(-p));
  let sum = term;
  for (let j = k; j > 0 && term > sum * 1e-17; j--) {
    term *= (j * (1 - p)) / ((n - j + 1) * p);
    sum += term;
  }
  return sum;
}

let known = new Float64Array(1);

/** ln k! for k = 0 … n. */
function logFactorials(n: number): Float64Array {
  if (known.length <= n) {
    const longer = new Float64Array(2 * n + 1);
    for (let k = 2; k < longer.length; k++) longer[k] = longer[k - 1]! + Math.log(k);
    known = longer;
  }
  return known;
}

function requireCounts(successes: number, trials: number, alpha: number): void {
  const areCounts = Number.isInteger(successes) && Number.isInteger(trials) && trials <= 2 ** 24;
  if (areCounts && successes >= 0 && successes <= trials && trials > 0 && alpha > 0 && alpha < 1) return;
  throw new RangeError(
    `proportion: got ${successes} of ${trials} at ${alpha}, expected counts up to 2^24 and an α in (0, 1)`,
  );
}
