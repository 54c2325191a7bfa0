import { UNIT_ROUNDOFF } from '../../roundoff.ts';
import type { MirrorPair } from './loss-pair.ts';

/**
 * Discrete Laplace noise, P[k] ∝ exp(−|k|/scale) on the integers, when one unit moves a sum by at most `shift` steps
 * in L1 norm: exactly, for one coordinate that moves by all of it.
 *
 * More coordinates are no worse: on the losses that occur 1 − δ has the same form as in `laplacePair`, with
 * p = 1/(1 + exp(−1/scale)) ≥ ½ on the highest, and the same two steps bound the sum over lattice points.
 *
 * @param shift a whole number from 1 on. @param scale in steps, above 0.
 */
export function discreteLaplacePair(shift: number, scale: number): MirrorPair {
  const largest = shift / scale;
  const once = 1 + Math.exp(-1 / scale);
  return {
    mirror: true,
    largestLoss: largest * (1 + 2 * UNIT_ROUNDOFF),
    infinityMass: 0,
    range: () => [-largest, largest],
    lossAt: (y) => Math.min(largest, Math.max(-largest, y)),
    coordinateOf: (loss) => loss,
    lossError: () => 8 * UNIT_ROUNDOFF * largest,
    tails(y, out) {
      out.error = 8 + 2 * largest;
      // P is centred at 0, Q at `shift`: the loss is (shift − 2k)/scale for 0 ≤ k ≤ shift, and constant beyond.
      // It is above y for k ≤ last.
      const last = Math.ceil((shift - y * scale) / 2) - 1;
      if (y >= largest || y < -largest) {
        const above = y < -largest ? 1 : 0;
        out.pAbove = above;
        out.qAbove = above;
        out.pBelow = 1 - above;
        out.qBelow = 1 - above;
        return;
      }
      const inside = Math.min(shift - 1, Math.max(0, last));
      out.pBelow = Math.exp(-(inside + 1) / scale) / once;
      out.pAbove = 1 - out.pBelow;
      out.qAbove = Math.exp(-(shift - inside) / scale) / once;
      out.qBelow = 1 - out.qAbove;
    },
  };
}
