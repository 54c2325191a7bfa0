import { BallastError } from '../protocol/errors.ts';
import type { RandomBytes } from '../protocol/random.ts';
import { clip, clipInto } from './clip.ts';
import { MIN_GRID_VARIANCE } from './discretisation.ts';
import { fromGrid, gridScale, toGrid } from './grid.ts';
import { requireBetween, requireInteger } from './parameters.ts';
import { ceilDivide, exactRational } from './rational.ts';
import { MAX_DEVIATION } from './samplers/discrete-gaussian.ts';
import { fastDiscreteGaussian } from './samplers/fast-discrete-gaussian.ts';

/** How vectors are bounded and covered. Every field is public and chosen without looking at the data. */
export type MechanismOptions = {
  /** C: the L2 bound of each vector, in units of weights. */
  readonly clipNorm: number;
  /** σ / C. */
  readonly noiseMultiplier: number;
  /** The grid has steps of 2^−gridBits. */
  readonly gridBits: number;
};

/** A sum stays exact in a double up to here, noise included. */
const MAX_SUM = 2 ** 52;
const INT32_MAX = 0x7fff_ffff;

/** Noise beyond 16 σ has a probability below 2^−180 for a coordinate. */
const NOISE_REACH = 16;

/**
 * The record-level mechanism: Σ clip(gᵢ, C) on the grid, plus a discrete Gaussian of σ = noiseMultiplier·C in
 * every coordinate (DP-SGD, Abadi et al. 2016, Algorithm 1, without subsampling).
 *
 * Adding or removing a record moves the sum by at most C in L2 norm, replacing one by at most 2C: that is the
 * event to charge, once per call. The number of records is not hidden by the result's divisor: divide by a
 * public number, never by the true count under add-remove.
 *
 * @param gradients one per record (the mean over what the record covers), each of length `dimension`.
 * @returns the noisy sum, in units of weights, on the grid.
 * @throws BallastError `VECTOR_NOT_FINITE`, `VECTOR_LENGTH`, `PRIVACY_PARAMETER`, `GRID_TOO_COARSE`, or
 *   `GRID_OVERFLOW` when the records are more than a double sums exactly.
 */
export function noisyRecordSum(
  gradients: Iterable<Float64Array>,
  dimension: number,
  options: MechanismOptions,
  randomBytes: RandomBytes,
): Float64Array {
  const { add, release } = openSum(dimension, options, randomBytes);
  for (const gradient of gradients) {
    requireLength(gradient, dimension);
    add(gradient, 0);
  }
  return release();
}

/**
 * `noisyRecordSum` of the rows of a matrix, to the same bits.
 *
 * @param rows records × `dimension`, row-major.
 * @throws as `noisyRecordSum`; `VECTOR_LENGTH` where they are not whole rows.
 */
export function noisyRowSum(
  rows: Float64Array,
  dimension: number,
  options: MechanismOptions,
  randomBytes: RandomBytes,
): Float64Array {
  if (rows.length > 0 && rows.length % dimension !== 0)
    throw wrongLength(rows.length, `rows of ${dimension}`);
  const { add, release } = openSum(dimension, options, randomBytes);
  for (let from = 0; from < rows.length; from += dimension) add(rows, from);
  return release();
}

function openSum(dimension: number, options: MechanismOptions, randomBytes: RandomBytes) {
  requireInteger('dimension', dimension, 0, 2 ** 31);
  const { clipNorm: bound, gridBits } = options;
  const draw = noiseFor(options, randomBytes);
  const scale = gridScale(gridBits);
  const sum = new Float64Array(dimension);
  const clipped = new Float64Array(dimension);
  let reach = NOISE_REACH * gridDeviation(options);
  return {
    add: (rows: Float64Array, from: number): void => {
      reach += bound * scale;
      if (reach > MAX_SUM) throw overflow(options, MAX_SUM);
      clipInto(rows, { from, length: dimension, bound }, clipped, 0);
      // As `toGrid`, toward zero: C in steps fits an int32, and so does every coordinate of a clipped row.
      for (let i = 0; i < dimension; i++) sum[i]! += Math.trunc(clipped[i]! * scale);
    },
    release: (): Float64Array => {
      for (let i = 0; i < dimension; i++) sum[i]! += draw();
      return fromGrid(sum, gridBits);
    },
  };
}

/**
 * The node-level mechanism: the whole update clipped to C, put on the grid and covered by a discrete Gaussian
 * of σ = noiseMultiplier·C in every coordinate.
 *
 * Against no update at all (add-remove) it moves by at most C, against another one (replace) by at most 2C.
 * The result's norm is about C·noiseMultiplier·√length, beyond C: a norm check must allow for it.
 *
 * @returns integers in units of the grid's step.
 * @throws BallastError `VECTOR_NOT_FINITE`, `PRIVACY_PARAMETER`, `GRID_TOO_COARSE`, or `GRID_OVERFLOW` when C
 *   and 16σ do not fit an int32.
 */
export function noisyUpdate(
  update: Float64Array,
  options: MechanismOptions,
  randomBytes: RandomBytes,
): Int32Array {
  const draw = noiseFor(options, randomBytes);
  const reach = options.clipNorm * gridScale(options.gridBits) + NOISE_REACH * gridDeviation(options);
  if (reach > INT32_MAX) throw overflow(options, INT32_MAX);
  return toGrid(clip(update, options.clipNorm), options.gridBits).map((steps) => steps + draw());
}

/**
 * σ² of the noise on the grid, in squared steps: (noiseMultiplier·C·2^gridBits)², exactly, rounded up to an
 * integer, so that it is never less than what is charged.
 *
 * @throws BallastError `PRIVACY_PARAMETER`; `GRID_TOO_COARSE` below 2^10 steps, where the accountant's bound
 *   for a discrete Gaussian would not hold.
 */
export function gridNoiseVariance(options: MechanismOptions): bigint {
  requireBetween('clip norm', options.clipNorm, 1e-100, 1e100);
  requireBetween('noise multiplier', options.noiseMultiplier, 1e-6, 1e9);
  const clipNorm = exactRational(options.clipNorm);
  const multiplier = exactRational(options.noiseMultiplier);
  const numerator = clipNorm.numerator * multiplier.numerator * BigInt(gridScale(options.gridBits));
  const denominator = clipNorm.denominator * multiplier.denominator;
  const variance = ceilDivide(numerator * numerator, denominator * denominator);
  if (variance < MIN_GRID_VARIANCE) {
    throw new BallastError(
      'GRID_TOO_COARSE',
      `grid bits: got ${options.gridBits}, which makes the noise ${Math.sqrt(Number(variance)).toFixed(1)} steps wide, expected at least 1024`,
      { metadata: { ...options }, hint: 'use more grid bits, or more noise' },
    );
  }
  return variance;
}

/**
 * How large the noise on a mean is against the clip norm: noiseMultiplier·√(dimension·draws)/count, the
 * expected L2 norm of the noise over C (Jensen makes it an upper bound, tight for many dimensions).
 *
 * `draws` is how many independent noises of σ = noiseMultiplier·C went into the sum of `count` vectors: 1 for
 * the records of a node, `count` for nodes that each cover their own update.
 */
export function expectedNoiseToSignal(options: {
  readonly noiseMultiplier: number;
  readonly dimension: number;
  readonly count: number;
  readonly draws: number;
}): number {
  const { noiseMultiplier, dimension, count, draws } = options;
  requireBetween('noise multiplier', noiseMultiplier, 0, 1e9);
  requireInteger('dimension', dimension, 0, 2 ** 31);
  requireInteger('count', count, 1, 2 ** 31);
  requireInteger('draws', draws, 0, count);
  return (noiseMultiplier * Math.sqrt(dimension * draws)) / count;
}

function noiseFor(options: MechanismOptions, randomBytes: RandomBytes): () => number {
  const numerator = gridNoiseVariance(options);
  // Checked on the bound, not on the vectors: whether this throws must not depend on the data.
  if (options.clipNorm * gridScale(options.gridBits) > INT32_MAX) throw overflow(options, INT32_MAX);
  if (gridDeviation(options) >= MAX_DEVIATION) throw overflow(options, MAX_DEVIATION);
  return fastDiscreteGaussian({ numerator, denominator: 1n }, randomBytes);
}

function gridDeviation(options: MechanismOptions): number {
  return options.noiseMultiplier * options.clipNorm * gridScale(options.gridBits);
}

function requireLength(vector: Float64Array, expected: number): void {
  if (vector.length !== expected) throw wrongLength(vector.length, `${expected}`);
}

function wrongLength(given: number, expected: string): BallastError {
  return new BallastError('VECTOR_LENGTH', `gradient: got ${given} values, expected ${expected}`, {
    metadata: { given, expected },
  });
}

function overflow(options: MechanismOptions, limit: number): BallastError {
  return new BallastError(
    'GRID_OVERFLOW',
    `grid bits: got ${options.gridBits}, with which the sum and its noise pass ${limit} steps`,
    { metadata: { ...options }, hint: 'use fewer grid bits' },
  );
}
