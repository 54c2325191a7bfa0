import { clip } from '../../privacy/clip.ts';
import { CompressionError, requireWhole } from './errors.ts';

/** What is sent in place of a release, and what of it is owed to later rounds. */
export type Feedback = {
  /** As the receiver decodes it. */
  readonly sent: Float64Array;
  /** L2 norm ≤ the bound. */
  readonly residual: Float64Array;
};

/**
 * Error feedback (Seide et al. 2014; Karimireddy et al. 2019, "Error feedback fixes SignSGD", Algorithm 2): what a
 * compressor drops is added to the next release before that is compressed.
 *
 * `release` is what the node may publish: clipped, **noised** and charged. The residual is made of releases alone, so
 * feeding it back is post-processing of what is private already and costs no privacy; a residual of the update before
 * its noise would carry private values from round to round, past the accountant.
 *
 * All sums coordinate by coordinate: (release + residual), then − sent, then clipped to the bound.
 *
 * @param release length d.
 * @param residual that of the round before; zeros before the first.
 * @param compress from the vector to what the receiver decodes.
 * @param bound the most L2 norm that is carried over, > 0; see {@link residualBound}.
 * @throws {CompressionError} COMPRESSED_SIZE for vectors of different lengths, and what `compress` and `clip` throw.
 */
export function errorFeedback(
  release: ArrayLike<number>,
  residual: Float64Array,
  compress: (vector: Float64Array) => ArrayLike<number>,
  bound: number,
): Feedback {
  requireSize('residual', residual.length, release.length);
  const carried = residual.map((value, i) => release[i]! + value);
  const sent = Float64Array.from(compress(carried));
  requireSize('compressed vector', sent.length, release.length);
  const rest = carried.map((value, i) => value - sent[i]!);
  return { sent, residual: clip(rest, bound) };
}

/**
 * What residuals are clipped to: (1 + 2√(1 − δ) ÷ δ) · C for δ = k ÷ d and releases of norm ≤ C. Top-k alone stays below
 * 2√(1 − δ) ÷ δ · C by itself (Karimireddy et al. 2019, Lemma 3), so that the bound is met only where clipping and
 * rounding withhold more, and is kept whatever is released.
 *
 * @param k 1 … size.
 * @throws {CompressionError} COMPRESSION_OPTION.
 */
export function residualBound(size: number, k: number, norm: number): number {
  const share = requireWhole('k', k, 1, size) / size;
  return (1 + (2 * Math.sqrt(1 - share)) / share) * norm;
}

function requireSize(name: string, given: number, expected: number): void {
  if (given === expected) return;
  throw new CompressionError('COMPRESSED_SIZE', `${name}: got ${given} coordinates, expected ${expected}`, {
    metadata: { given, expected },
  });
}
