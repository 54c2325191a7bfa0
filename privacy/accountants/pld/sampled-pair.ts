import { UNIT_ROUNDOFF } from '../../roundoff.ts';
import { type LossPair, MAX_EXPONENT, type MirrorPair } from './loss-pair.ts';

/**
 * Which neighbour the output comes from, for a Poisson sample under add-remove: the one that has the unit
 * (`remove`: the unit would be removed) or the one that has not (`add`). Both must hold.
 */
export type LossDirection = 'add' | 'remove';

/**
 * A release of a Poisson sample: with P and Q those of the release, (1 − q)·Q + q·P against Q for `remove`, and Q
 * against (1 − q)·Q + q·P for `add` (Zhu, Dong and Wang 2022, Theorem 11). Its coordinate is the release's own loss,
 * for `add` that of the mirrored pair.
 *
 * @param rate q, more than 0 and less than 1.
 */
export function sampledPair(pair: MirrorPair, rate: number, direction: LossDirection): LossPair {
  const stay = 1 - rate;
  const removing = direction === 'remove';
  // Under `add` the loss is −ln(1 − q + q·exp(−y)).
  const sign = removing ? 1 : -1;
  const lossAt = (y: number) => sign * mixedLoss(sign * y, rate);
  return {
    largestLoss: lossAt(pair.largestLoss) * (1 + 8 * UNIT_ROUNDOFF),
    infinityMass: 0,
    // P holds a part of Q, which lies where the mirror image of P does.
    range(logTail) {
      const [, high] = pair.range(logTail);
      return [-high, high];
    },
    lossAt,
    coordinateOf: (loss) => sign * unmixedLoss(sign * loss, rate),
    lossError(loss) {
      const own = Math.abs(loss) - Math.log(rate) - Math.log(stay) + 4;
      // Near its floor ln(1 − q) an error of 1 − q + q·eʸ counts most.
      const steepest = Math.exp(Math.min(-Math.log(stay), Math.max(0, -sign * loss)));
      return 16 * UNIT_ROUNDOFF * (own + steepest) + pair.lossError(own);
    },
    tails(y, out) {
      pair.tails(y, out);
      const { pAbove, pBelow, qAbove, qBelow } = out;
      if (removing) {
        out.pAbove = stay * qAbove + rate * pAbove;
        out.pBelow = stay * qBelow + rate * pBelow;
      } else {
        out.qAbove = stay * pAbove + rate * qAbove;
        out.qBelow = stay * pBelow + rate * qBelow;
      }
      out.error += 4;
    },
  };
}

/** ln(1 − q + q·eʸ). */
function mixedLoss(y: number, rate: number): number {
  if (y > MAX_EXPONENT) return y + Math.log(rate);
  return Math.log1p(rate * Math.expm1(y));
}

/** y with ln(1 − q + q·eʸ) = loss; −∞ where there is none. */
function unmixedLoss(loss: number, rate: number): number {
  if (loss > 40) return loss + Math.log1p(-(1 - rate) * Math.exp(-loss)) - Math.log(rate);
  const grown = Math.expm1(loss) / rate;
  return grown <= -1 ? Number.NEGATIVE_INFINITY : Math.log1p(grown);
}
