import { gaussianEpsilon } from '../../privacy/accountants/gaussian-curve.ts';
import { lowerProportion, upperProportion } from './binomial.ts';
import { type CanaryScores, estimateSeparation, type Separation } from './separation.ts';

/** What an attack proves of a mechanism: with the stated confidence it is not (ε, δ)-private for any smaller ε. */
export type EpsilonBound = { readonly epsilon: number; readonly delta: number; readonly confidence: number };

export type BoundOptions = { readonly delta: number; readonly confidence: number };

/** The confidence of every bound that a test asserts or a report prints. */
export const CONFIDENCE = 0.999;

/** What the curve of the Gaussian mechanism rounds up by, at most, taken off again: a lower bound rounds down. */
const CURVE_ERROR = 1e-9;

/**
 * ε at δ that a canary proves where its scores are normals of one variance: the lower bound of their distance is a
 * lower bound of μ, and the curve of the Gaussian mechanism turns it into ε (Dong, Roth and Su 2022, Corollary 2.13;
 * as an audit: Andrew et al., One-shot Empirical Privacy Estimation for Federated Learning, 2024, and Leemann et al.,
 * Gaussian Membership Inference Privacy, 2023).
 *
 * It reaches a δ that no count of trials could, since it knows the shape of the tails. For scores of another shape
 * take {@link epsilonByCounting}.
 *
 * @throws RangeError as {@link estimateSeparation}.
 */
export function epsilonOfCanaries(
  scores: CanaryScores,
  { delta, confidence }: BoundOptions,
): EpsilonBound & { readonly separation: Separation } {
  const separation = estimateSeparation(scores, confidence);
  const low = Math.max(0, separation.low);
  // The curve's parameter ends at 1e100.
  const epsilon = low < 1e100 ? gaussianEpsilon(delta, low) * (1 - CURVE_ERROR) : Infinity;
  return { epsilon, delta, confidence, separation };
}

const THRESHOLDS = 200;

/**
 * ε at δ that a threshold on the scores proves, whatever their distribution: every test of an (ε, δ)-private
 * mechanism has TPR ≤ e^ε·FPR + δ and TNR ≤ e^ε·FNR + δ (Kairouz, Oh and Viswanath 2015, Theorem 2.1). TPR and FPR
 * are taken at their exact bounds, together of the stated confidence (Nasr et al. 2021, Adversary Instantiation).
 *
 * The threshold is chosen on the first half of the trials and counted on the second, so the choice costs no
 * confidence. Scores must be independent and in the order of their trials; a high one speaks for presence.
 *
 * @throws RangeError for fewer than two scores on a side.
 */
export function epsilonByCounting(
  { absent, present }: CanaryScores,
  { delta, confidence }: BoundOptions,
): EpsilonBound & { readonly threshold: number } {
  const [first, second] = [0, 1].map((part) => ({
    absent: half(absent, part),
    present: half(present, part),
  }));
  if (first === undefined || second === undefined || first.absent.length * first.present.length === 0) {
    throw new RangeError(`scores: got ${absent.length} and ${present.length}, expected two of each at least`);
  }
  const sorted = Float64Array.from([...first.absent, ...first.present]).sort();
  let [best, threshold] = [Number.NEGATIVE_INFINITY, 0];
  for (let k = 1; k <= THRESHOLDS; k++) {
    const candidate = sorted[Math.floor(((sorted.length - 1) * k) / (THRESHOLDS + 1))]!;
    const bound = boundAt(candidate, first, { delta, confidence });
    if (bound > best) [best, threshold] = [bound, candidate];
  }
  const epsilon = Math.max(0, boundAt(threshold, second, { delta, confidence }));
  return { epsilon, delta, confidence, threshold };
}

function boundAt(
  threshold: number,
  { absent, present }: CanaryScores,
  { delta, confidence }: BoundOptions,
): number {
  const alpha = (1 - confidence) / 2;
  const above = (scores: Float64Array) => scores.reduce((sum, score) => sum + (score > threshold ? 1 : 0), 0);
  const truePositives = lowerProportion(above(present), present.length, alpha);
  const falsePositives = upperProportion(above(absent), absent.length, alpha);
  return Math.max(
    logRatio(truePositives - delta, falsePositives),
    logRatio(1 - falsePositives - delta, 1 - truePositives),
  );
}

function logRatio(numerator: number, denominator: number): number {
  return numerator > 0 ? Math.log(numerator / denominator) : Number.NEGATIVE_INFINITY;
}

function half(scores: Float64Array, part: number): Float64Array {
  const middle = Math.floor(scores.length / 2);
  return part === 0 ? scores.subarray(0, middle) : scores.subarray(middle);
}
