import { UNIT_ROUNDOFF } from '../../roundoff.ts';
import type { LossPair, MirrorPair } from './loss-pair.ts';

/**
 * Laplace noise when one unit moves a sum by `ratio` scales in L1 norm: one coordinate that moves by all of it.
 *
 * More coordinates are no worse. With scale 1 and shift D on one coordinate, 1 − δ(ε) = g_D(ε) = exp((ε − D)/2) for
 * |ε| ≤ D, exp(ε) below and 1 above. For shifts a ≥ b on two coordinates 1 − δ(ε) = E[g_a(ε − L)], L the loss of
 * the second: b with probability ½, −b with ½·exp(−b), density ¼·exp((l − b)/2) between. For ε from b − a to a + b
 * the first atom alone gives half of g_{a+b}(ε); the rest gives at least the other half: where ε + b > a,
 * g_a(ε − l) is 1 for all l below ε − a, which have ½·exp((ε − a − b)/2) together. Lower ε follow by mirroring, more
 * coordinates by induction.
 *
 * @param ratio above 0: the pure ε.
 */
export function laplacePair(ratio: number): MirrorPair {
  return {
    mirror: true,
    largestLoss: ratio,
    infinityMass: 0,
    range: () => [-ratio, ratio],
    lossAt: (y) => Math.min(ratio, Math.max(-ratio, y)),
    coordinateOf: (loss) => loss,
    lossError: () => 4 * UNIT_ROUNDOFF * ratio,
    tails(y, out) {
      out.error = 8 + 2 * ratio;
      if (y >= ratio || y < -ratio) {
        const above = y < -ratio ? 1 : 0;
        out.pAbove = above;
        out.qAbove = above;
        out.pBelow = 1 - above;
        out.qBelow = 1 - above;
        return;
      }
      out.pBelow = 0.5 * Math.exp((y - ratio) / 2);
      out.pAbove = 1 - out.pBelow;
      out.qAbove = 0.5 * Math.exp(-(y + ratio) / 2);
      out.qBelow = 1 - out.qAbove;
    },
  };
}

/**
 * Laplace noise on a Poisson sample when one unit is exchanged for another: 0 or +1 against 0 or −1, in units of
 * the largest contribution, of which the scale is 1/ratio. It is the worst pair for the reason given at
 * `replacedGaussianPair`: half-lines are best for each of the two tests, and one coordinate is worst for each.
 *
 * @param ratio above 0. @param rate more than 0 and less than 1.
 */
export function replacedLaplacePair(ratio: number, rate: number): LossPair {
  const stay = 1 - rate;
  const logMixed = (y: number) => Math.log1p(rate * Math.expm1(y));
  const floor = logMixed(-ratio);
  const largest = logMixed(ratio) - floor;
  return {
    largestLoss: largest * (1 + 16 * UNIT_ROUNDOFF),
    infinityMass: 0,
    // The loss is constant beyond ±1: all that lies there is counted at once.
    range: () => [-1, 1],
    lossAt: (x) => Math.sign(x) * (logMixed(ratio * (2 * Math.min(1, Math.abs(x)) - 1)) - floor),
    // For 0 ≤ x ≤ 1 the loss is the mixed one of 2x − 1 less the floor; it jumps nowhere, but is flat beyond 1.
    coordinateOf(loss) {
      const size = Math.abs(loss);
      if (size >= largest) return Math.sign(loss) * Number.POSITIVE_INFINITY;
      const mixed = Math.log1p(Math.expm1(size + floor) / rate);
      return Math.sign(loss) * Math.min(1, Math.max(0, (mixed / ratio + 1) / 2));
    },
    lossError: (loss) => 32 * UNIT_ROUNDOFF * (Math.abs(loss) + ratio + 1 / stay),
    tails(x, out) {
      const [noneAbove, noneBelow] = laplaceTails(x * ratio);
      const [plusAbove, plusBelow] = laplaceTails((x - 1) * ratio);
      const [minusAbove, minusBelow] = laplaceTails((x + 1) * ratio);
      out.pAbove = stay * noneAbove + rate * plusAbove;
      out.pBelow = stay * noneBelow + rate * plusBelow;
      out.qAbove = stay * noneAbove + rate * minusAbove;
      out.qBelow = stay * noneBelow + rate * minusBelow;
      out.error = 16 + 4 * ratio;
    },
  };
}

/** P[x > y] and P[x ≤ y] for Laplace noise of scale 1. */
function laplaceTails(y: number): [number, number] {
  const small = 0.5 * Math.exp(-Math.abs(y));
  return y >= 0 ? [small, 1 - small] : [1 - small, small];
}
