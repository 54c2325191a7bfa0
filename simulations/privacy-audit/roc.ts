import type { CanaryScores } from './separation.ts';

/** How well a score tells members from others. */
export type AttackPower = {
  /** Area under the ROC curve: P[a member scores higher], ties half; 0.5 is a coin. */
  readonly auc: number;
  /** Share of members found at a threshold that passes 1 % of the others at most. */
  readonly truePositivesAtOnePercent: number;
  /** The largest TPR − FPR of any threshold (Yeom et al. 2018). */
  readonly advantage: number;
};

const LOW_FALSE_POSITIVES = 0.01;

/**
 * Over all thresholds "above t". The scores of one run share its noise: read these as averages, and prove nothing by
 * them.
 *
 * @throws RangeError for no scores on a side, or for one that is no number.
 */
export function attackPower({ absent, present }: CanaryScores): AttackPower {
  if (absent.length === 0 || present.length === 0) {
    throw new RangeError(`scores: got ${absent.length} and ${present.length}, expected one of each at least`);
  }
  if (absent.some(Number.isNaN) || present.some(Number.isNaN)) {
    throw new RangeError('scores: got NaN, expected numbers');
  }
  const [out, into] = [absent.toSorted().reverse(), present.toSorted().reverse()];
  let [falses, trues, area, atLow, advantage] = [0, 0, 0, 0, 0];
  while (falses < out.length || trues < into.length) {
    const threshold = Math.max(out[falses] ?? -Infinity, into[trues] ?? -Infinity);
    const [falsesBefore, truesBefore] = [falses, trues];
    while (falses < out.length && out[falses]! >= threshold) falses++;
    while (trues < into.length && into[trues]! >= threshold) trues++;
    area += (falses - falsesBefore) * ((trues + truesBefore) / 2);
    if (falses <= LOW_FALSE_POSITIVES * out.length) atLow = trues / into.length;
    advantage = Math.max(advantage, trues / into.length - falses / out.length);
  }
  return { auc: area / (out.length * into.length), truePositivesAtOnePercent: atLow, advantage };
}
