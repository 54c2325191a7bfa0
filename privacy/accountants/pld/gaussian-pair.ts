import { UNIT_ROUNDOFF } from '../../roundoff.ts';
import { ERFCX_RELATIVE_ERROR, normalUpperTail } from '../normal.ts';
import type { LossPair, MirrorPair, Tails } from './loss-pair.ts';

/** Normal tails beyond this many deviations have left the doubles. */
const REACH = 37;

/** x with P[N(0,1) > x] ≤ exp(logTail): the Chernoff bound solved. */
function normalReach(logTail: number): number {
  return Math.min(REACH, Math.sqrt(Math.max(0, -2 * logTail)));
}

/**
 * N(μ, 1) against N(0, 1), with loss μx − μ²/2: the worst pair of a Gaussian release in any dimension whose mean
 * moves by μ deviations (Balle and Wang 2018).
 *
 * @param mu above 0.
 */
export function gaussianPair(mu: number): MirrorPair {
  const centre = (mu * mu) / 2;
  return {
    mirror: true,
    largestLoss: Number.POSITIVE_INFINITY,
    infinityMass: 0,
    range(logTail) {
      const reach = mu * normalReach(logTail);
      return [centre - reach, centre + reach];
    },
    lossAt: (y) => y,
    coordinateOf: (loss) => loss,
    lossError: (loss) => 4 * UNIT_ROUNDOFF * (Math.abs(loss) + centre),
    tails(y, out) {
      const [fromP, fromQ] = [y / mu - mu / 2, y / mu + mu / 2];
      const pFar = normalUpperTail(Math.abs(fromP));
      const qFar = normalUpperTail(Math.abs(fromQ));
      out.pAbove = fromP > 0 ? pFar : 1 - pFar;
      out.pBelow = fromP > 0 ? 1 - pFar : pFar;
      out.qAbove = fromQ > 0 ? qFar : 1 - qFar;
      out.qBelow = fromQ > 0 ? 1 - qFar : qFar;
      out.error = normalError(fromP, fromQ);
    },
  };
}

/**
 * (1 − q)·N(0, 1) + q·N(μ, 1) against (1 − q)·N(0, 1) + q·N(−μ, 1): a Gaussian release of a Poisson sample when one
 * unit is exchanged for another and each moves the mean by μ deviations at most.
 *
 * It is the worst pair in any dimension. Let u and v, |u|, |v| ≤ μ, be what the two units add. For x ≥ 1 the
 * divergence is the largest q·N_u(A) − xq·N_v(A) − (1 − q)(x − 1)·N₀(A) over sets A. Take the half-line H with
 * N_μ(H) = N_u(A) =: Φ(a). By Neyman and Pearson N₀(A) ≥ Φ(a − |u|) ≥ Φ(a − μ) = N₀(H), and
 * N_v(A) ≥ Φ(a − |u − v|) ≥ Φ(a − 2μ) = N₋μ(H). So no A does better than H does for (μ, −μ). For x < 1 exchange the
 * two units.
 *
 * @param mu above 0. @param rate q, more than 0 and less than 1.
 */
export function replacedGaussianPair(mu: number, rate: number): LossPair {
  const stay = 1 - rate;
  // ln(q·exp(−μ²/2))
  const logMove = Math.log(rate) - (mu * mu) / 2;
  const logAdd = (exponent: number) => logSum(Math.log(stay), logMove + exponent);
  return {
    largestLoss: Number.POSITIVE_INFINITY,
    infinityMass: 0,
    range(logTail) {
      const reach = normalReach(logTail);
      return [-mu - reach, mu + reach];
    },
    lossAt: (x) => logAdd(mu * x) - logAdd(-mu * x),
    // With z = exp(μx): q·A·z² − (1 − q)(eˡ − 1)·z = q·A·eˡ, A = exp(−μ²/2), so μx = l/2 + asinh(w).
    coordinateOf(loss) {
      const half = Math.abs(loss) / 2;
      const logSinh = half > 20 ? half - Math.LN2 : Math.log(Math.sinh(half));
      const logW = Math.log(stay) + logSinh - logMove;
      const asinh = logW > 20 ? logW + Math.LN2 : Math.asinh(Math.exp(logW));
      return (Math.sign(loss) * (half + asinh)) / mu;
    },
    lossError: (loss) => 16 * UNIT_ROUNDOFF * (2 * Math.abs(loss) + mu * mu - Math.log(rate) + 4),
    tails(x, out) {
      const above = normalUpperTail(x);
      const below = normalUpperTail(-x);
      out.pAbove = stay * above + rate * normalUpperTail(x - mu);
      out.pBelow = stay * below + rate * normalUpperTail(mu - x);
      out.qAbove = stay * above + rate * normalUpperTail(x + mu);
      out.qBelow = stay * below + rate * normalUpperTail(-x - mu);
      out.error = normalError(x - mu, x + mu) + 4;
    },
  } satisfies LossPair & { tails(x: number, out: Tails): void };
}

/** Relative error of normal tails at two points, in units of roundoff: that of erfcx and of exp(−x²/2). */
function normalError(a: number, b: number): number {
  return ERFCX_RELATIVE_ERROR / UNIT_ROUNDOFF + 4 + 2 * Math.max(a * a, b * b);
}

function logSum(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return high + Math.log1p(Math.exp(low - high));
}
