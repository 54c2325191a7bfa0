import { requireBetween, requireDelta, requireInteger } from '../parameters.ts';
import { logBinomials, logSumExp } from './rdp/log-space.ts';

/** Above what logarithms of binomials of up to 10^6 steps lose. */
const ROUNDING = 1e-8;

/**
 * The optimal composition of `times` mechanisms of which nothing is known but that each is (ε, δ)-private: the least
 * (k − 2i)·ε with 1 − (1 − δ)^k·(1 − δᵢ) ≤ `totalDelta`,
 * δᵢ = Σ_{l<i} C(k, l)·(e^((k−l)ε) − e^((k−2i+l)ε))/(1 + e^ε)^k (Kairouz, Oh and Viswanath 2015, Theorem 3.3).
 *
 * @param options.times k, 1 to 10^6.
 * @returns the total ε, infinite where the δ alone are more than `totalDelta`.
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function advancedComposition(options: {
  readonly epsilon: number;
  readonly delta: number;
  readonly times: number;
  readonly totalDelta: number;
}): number {
  const { totalDelta } = options;
  const epsilon = requireBetween('epsilon', options.epsilon, 0, 1e6);
  const delta = requireBetween('delta', options.delta, 0, 1);
  const times = requireInteger('times', options.times, 1, 1e6);
  requireDelta(totalDelta);
  const logSurvival = times * Math.log1p(-delta);
  const holds = (i: number): boolean =>
    -Math.expm1(logSurvival + Math.log1p(-Math.min(1, deltaOf(i, times, epsilon)))) <= totalDelta;
  if (!holds(0)) return Number.POSITIVE_INFINITY;
  let [low, high] = [0, Math.floor(times / 2) + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (times - 2 * low) * epsilon;
}

/** δᵢ, rounded up. */
function deltaOf(i: number, times: number, epsilon: number): number {
  const binomials = logBinomials(times);
  const logs: number[] = [];
  const whole = times * (epsilon + Math.log1p(Math.exp(-epsilon)));
  for (let l = 0; l < i; l++) {
    const difference = Math.log(-Math.expm1(-2 * (i - l) * epsilon));
    logs.push(binomials.next().value + (times - l) * epsilon + difference - whole);
  }
  return Math.exp(logSumExp(logs)) * (1 + ROUNDING);
}
