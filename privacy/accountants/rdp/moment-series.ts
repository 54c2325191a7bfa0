import { UNIT_ROUNDOFF } from '../../roundoff.ts';
import { erfcx } from '../normal.ts';
import { logBinomials } from './log-space.ts';

/** What one term may be wrong by, relatively: twice the error of erfcx, and a few roundings. */
const TERM_ERROR = 1e-14;
const MAX_TERMS = 200;

/** Terms below e^−36 of the largest one are below its rounding. */
const NEGLIGIBLE = -36;

/** A term of a series by its logarithm, and the sum of what was added to get it: rounding is in proportion to that. */
type Term = { readonly log: number; readonly added: number };

/**
 * The moment of `integerLogMoment` for an order that is no integer: the two binomial series of Mironov, Talwar and
 * Zhang 2019 (section 3.3), split at the point z₀ where both parts of the mixture weigh the same,
 *
 * Σ_i C(α, i)·[(1−q)^(α−i) q^i e^((i²−i)/(2σ²))·½erfc((i−z₀)/(√2σ)) + (1−q)^i q^j e^((j²−j)/(2σ²))·½erfc((z₀−j)/(√2σ))]
 *
 * with j = α − i. Beyond i > α the coefficients alternate in sign: the signs are kept, so that this is the moment
 * itself and no bound above it. Terms are taken in logarithms; on the far side of z₀ the exponents cancel exactly, and
 * (1−q)^α·e^(−z₀²/(2σ²))·½erfcx remains of them.
 *
 * @param tolerance of the result, relative.
 * @returns undefined where rounding, or the part cut off, may be more than the tolerance: the moment is too close to
 *   1, or the series, whose terms fall like i^(−α−2), too slow.
 */
export function fractionalLogMoment(
  order: number,
  sigma: number,
  rate: number,
  tolerance: number,
): number | undefined {
  const logRate = Math.log(rate);
  const logRest = Math.log1p(-rate);
  const split = sigma * sigma * (logRest - logRate) + 0.5;
  const shared = order * logRest - (split * split) / (2 * sigma * sigma);
  const termAt = (k: number, beyond: number, logBinomial: number): Term => {
    const x = beyond / (Math.SQRT2 * sigma);
    if (x >= 0) {
      const log = logBinomial + shared + Math.log(0.5 * erfcx(x));
      return { log, added: Math.abs(logBinomial) + Math.abs(shared) };
    }
    const ofRate = k * logRate;
    const ofRest = (order - k) * logRest;
    const exponent = (k * (k - 1)) / (2 * sigma * sigma);
    const log = logBinomial + ofRate + ofRest + exponent + Math.log1p(-0.5 * Math.exp(-x * x) * erfcx(-x));
    return { log, added: Math.abs(logBinomial) + Math.abs(ofRate) + Math.abs(ofRest) + Math.abs(exponent) };
  };

  /** From here on both series alternate, and each term is smaller than the one before. */
  const alternating = Math.max(order, split, order - split) + 1;
  if (alternating > MAX_TERMS) return undefined;
  const binomials = logBinomials(order);
  const terms: [first: Term, second: Term][] = [];
  let largest = 0;
  for (let i = 0; i < MAX_TERMS; i++) {
    const logBinomial = binomials.next().value;
    const first = termAt(i, i - split, logBinomial);
    const second = termAt(order - i, split - (order - i), logBinomial);
    terms.push([first, second]);
    largest = Math.max(largest, first.log, second.log);
    if (i > alternating && Math.max(first.log, second.log) - largest < NEGLIGIBLE) break;
  }
  return sumOf(terms, order, largest, tolerance);
}

function sumOf(
  terms: readonly (readonly [Term, Term])[],
  order: number,
  largest: number,
  tolerance: number,
): number | undefined {
  const one = Math.exp(-largest);
  let excess = -one;
  let error = UNIT_ROUNDOFF;
  let last = 0;
  terms.forEach((pair, i) => {
    const sign = i > order && Math.floor(i - order) % 2 === 1 ? -1 : 1;
    last = 0;
    for (const { log, added } of pair) {
      const value = Math.exp(log - largest);
      excess += sign * value;
      error += value * (TERM_ERROR + 8 * UNIT_ROUNDOFF * (added + largest));
      last += value;
    }
  });
  error += last;
  const moment = excess + one;
  const log = largest === 0 ? Math.log1p(excess) : largest + Math.log(moment);
  // Where the moment is at most 1 to the digits left, there is nothing to be relative to.
  return excess > 0 && error <= tolerance * moment * log ? log : undefined;
}
