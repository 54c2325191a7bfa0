import { UNIT_ROUNDOFF } from '../../roundoff.ts';
import type { MirrorPair, Tails } from './loss-pair.ts';

/**
 * The worst pair of anything that is (ε, δ)-private: an infinite loss with probability δ, otherwise ε or −ε as
 * randomised response has them (Kairouz, Oh and Viswanath 2015, Theorem 3.4).
 */
export function approximatePair(epsilon: number, delta: number): MirrorPair {
  const kept = 1 - delta;
  const high = kept / (1 + Math.exp(-epsilon));
  const low = (kept * Math.exp(-epsilon)) / (1 + Math.exp(-epsilon));
  return {
    mirror: true,
    largestLoss: epsilon,
    infinityMass: delta,
    range: () => [-epsilon, epsilon],
    lossAt: (y) => (y > 0 ? epsilon : -epsilon),
    coordinateOf: (loss) => loss,
    lossError: () => UNIT_ROUNDOFF * epsilon,
    tails(y, out) {
      if (y >= epsilon || y < -epsilon) return outside(y < -epsilon, kept, out);
      out.pAbove = high;
      out.pBelow = low;
      out.qAbove = low;
      out.qBelow = high;
      out.error = 8;
    },
  };
}

/**
 * The worst pair of anything whose loss stays in a range of width ε, as the exponential mechanism's does. Dong,
 * Durfee and Rogers 2020 (section 3): δ(y) is the largest over pairs of two losses t and t − ε, reached at
 * t = (ε + y)/2, so δ(y) = (1 − exp((y − ε)/2))²/(1 − exp(−ε)). As a profile it has P[L > y] =
 * (1 − exp((y − ε)/2))/(1 − exp(−ε)) on [−ε, ε], and Q's mass exp(−y) times P's.
 *
 * @param epsilon above 0.
 */
export function boundedRangePair(epsilon: number): MirrorPair {
  const norm = -Math.expm1(-epsilon);
  return {
    mirror: true,
    largestLoss: epsilon,
    infinityMass: 0,
    range: () => [-epsilon, epsilon],
    lossAt: (y) => Math.min(epsilon, Math.max(-epsilon, y)),
    coordinateOf: (loss) => loss,
    lossError: () => 4 * UNIT_ROUNDOFF * epsilon,
    tails(y, out) {
      if (y >= epsilon || y < -epsilon) return outside(y < -epsilon, 1, out);
      const fromTop = -Math.expm1((y - epsilon) / 2);
      const fromBottom = -Math.expm1(-(y + epsilon) / 2);
      out.pAbove = fromTop / norm;
      out.pBelow = (Math.exp((y - epsilon) / 2) * fromBottom) / norm;
      out.qAbove = (Math.exp(-(y + epsilon) / 2) * fromTop) / norm;
      out.qBelow = fromBottom / norm;
      out.error = 16 + 2 * epsilon;
    },
  };
}

function outside(above: boolean, total: number, out: Tails): void {
  out.pAbove = above ? total : 0;
  out.qAbove = out.pAbove;
  out.pBelow = total - out.pAbove;
  out.qBelow = out.pBelow;
  out.error = 4;
}
