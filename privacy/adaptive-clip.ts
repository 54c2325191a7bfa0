import { BallastError } from '../protocol/errors.ts';
import type { RandomBytes } from '../protocol/random.ts';
import { MIN_GRID_VARIANCE } from './discretisation.ts';
import { gridNoiseVariance } from './mechanism.ts';
import { requireBetween, requireInteger } from './parameters.ts';
import type { DiscreteGaussianEvent } from './privacy-event.ts';
import { fastDiscreteGaussian } from './samplers/fast-discrete-gaussian.ts';

/** How a clip norm follows a quantile. Every field is public and chosen without looking at the data. */
export type AdaptiveClipOptions = {
  /** C of the first round. */
  readonly initialNorm: number;
  /** γ: the share of units whose norm is to be at most C, 0 to 1. */
  readonly quantile: number;
  /** η: how far one round may move ln C; the paper's choice is 0.2. */
  readonly learningRate: number;
  /** m: how many units vote, as a public number; never the true count under add-remove. */
  readonly units: number;
  /** σ_b: deviation of the noise on the number of units below C; the paper's choice is m/20. */
  readonly countNoise: number;
  /** C never leaves these bounds. */
  readonly leastNorm: number;
  readonly mostNorm: number;
};

/** 2^31 votes of at most 2^19 steps, and their noise, sum exactly in a double. */
const MAX_VOTES = 2 ** 52;
const MAX_EXPONENT = 64;

/**
 * Adaptive clipping: C follows the γ-quantile of the units' norms, of which it learns one noisy count a round (Andrew,
 * Thakkar, McMahan and Ramaswamy, "Differentially Private Learning with Adaptive Clipping", NeurIPS 2021, Algorithm 1).
 *
 * A round, in this order: charge {@link event}; then {@link noisyVotes} reads every unit's norm once, as a vote +1
 * (at most C) or −1, and returns the sum of the votes with noise; {@link after} makes the next C of that released number
 * alone. No norm is kept. The votes are the paper's centred bits b − ½, doubled: one unit more moves their sum by 1, one
 * unit exchanged by 2, and noise of σ_b on the bits is 2σ_b on the votes, a discrete Gaussian on a grid of at least
 * 1024 steps a deviation.
 *
 * C_{t+1} = C_t·exp(−η(b̃ − γ)) with b̃ = ½ + votes/2m, by + − × ÷ alone: whoever knows the votes finds the same bits.
 */
export class AdaptiveClip {
  readonly options: AdaptiveClipOptions;
  /** C of the coming round, in units of weights. */
  readonly clipNorm: number;
  /** Rounds that were counted so far. */
  readonly rounds: number;

  private constructor(options: AdaptiveClipOptions, clipNorm: number, rounds: number) {
    this.options = options;
    this.clipNorm = clipNorm;
    this.rounds = rounds;
  }

  /** @throws BallastError `PRIVACY_PARAMETER`. */
  static begin(options: AdaptiveClipOptions): AdaptiveClip {
    const { initialNorm, quantile, learningRate, units, countNoise, leastNorm, mostNorm } = options;
    requireBetween('least norm', leastNorm, 1e-100, 1e100);
    requireBetween('most norm', mostNorm, leastNorm, 1e100);
    requireBetween('initial norm', initialNorm, leastNorm, mostNorm);
    requireBetween('quantile', quantile, 0, 1);
    requireBetween('learning rate', learningRate, 0, 10);
    requireInteger('units', units, 1, 2 ** 31);
    requireBetween('count noise', countNoise, 1e-3, 1e6);
    return new AdaptiveClip({ ...options }, initialNorm, 0);
  }

  /** What a round's votes release: to be charged before {@link noisyVotes} reads a norm. */
  get event(): DiscreteGaussianEvent {
    const noiseMultiplier = 2 * this.options.countNoise;
    return {
      kind: 'discrete-gaussian',
      noiseMultiplier,
      gridDeviation: noiseMultiplier * 2 ** voteBits(this.options.countNoise),
    };
  }

  /**
   * Σ of the units' votes plus the noise: what is released, exact in a double.
   *
   * @param norms the L2 norm of each unit's vector before clipping, one a unit. What is no number votes −1.
   * @throws BallastError `PRIVACY_PARAMETER` for more than 2^31 of them; `RANDOM_SOURCE`.
   */
  noisyVotes(norms: Iterable<number>, randomBytes: RandomBytes): number {
    const { countNoise } = this.options;
    const gridBits = voteBits(countNoise);
    const numerator = gridNoiseVariance({ clipNorm: 1, noiseMultiplier: 2 * countNoise, gridBits });
    const noise = fastDiscreteGaussian({ numerator, denominator: 1n }, randomBytes)();
    let votes = 0;
    let counted = 0;
    for (const norm of norms) {
      votes += norm <= this.clipNorm ? 1 : -1;
      counted += 1;
    }
    requireInteger('norms', counted, 0, 2 ** 31);
    return votes + noise / 2 ** gridBits;
  }

  /**
   * The state after a round.
   *
   * @param votes what {@link noisyVotes} returned, released or not: it has been charged.
   * @throws BallastError `PRIVACY_PARAMETER` unless they are finite.
   */
  after(votes: number): AdaptiveClip {
    requireBetween('votes', votes, -MAX_VOTES, MAX_VOTES);
    const { quantile, learningRate, units, leastNorm, mostNorm } = this.options;
    const share = 0.5 + votes / (2 * units);
    const moved = this.clipNorm * exponential(-learningRate * (share - quantile));
    return new AdaptiveClip(this.options, Math.min(mostNorm, Math.max(leastNorm, moved)), this.rounds + 1);
  }
}

/**
 * z_Δ = (z⁻² − (2σ_b)⁻²)^−½, rounded up: the noise multiplier of the vectors with which they and the count together
 * cost what vectors of noise multiplier z cost alone (Andrew et al. 2021, section 3.1).
 *
 * @throws BallastError `PRIVACY_PARAMETER` unless 2σ_b > z: the count alone would cost as much.
 */
export function adaptiveNoiseMultiplier(options: {
  readonly noiseMultiplier: number;
  readonly countNoise: number;
}): number {
  const { noiseMultiplier: z } = options;
  requireBetween('noise multiplier', z, 1e-6, 1e9);
  const count = 2 * requireBetween('count noise', options.countNoise, 1e-3, 1e6);
  if (count <= z) {
    throw new BallastError(
      'PRIVACY_PARAMETER',
      `count noise: got ${options.countNoise}, expected more than half the noise multiplier ${z}`,
      { metadata: { ...options } },
    );
  }
  // Five roundings, none of a difference that cancels: 2σ_b − z is exact where it is small.
  return ((z * count) / Math.sqrt((count - z) * (count + z))) * (1 + 2 ** -48);
}

/** The coarsest grid, in bits of a vote, on which 2σ_b is at least 1024 steps. */
function voteBits(countNoise: number): number {
  const least = Math.sqrt(Number(MIN_GRID_VARIANCE));
  let bits = 0;
  while (2 * countNoise * 2 ** bits < least) bits += 1;
  return bits;
}

/** e^x to a relative 1e-12, the same bits everywhere: 13 terms at x/2^10 from the last on, then 10 squarings. */
function exponential(x: number): number {
  const small = Math.min(MAX_EXPONENT, Math.max(-MAX_EXPONENT, x)) / 1024;
  let value = 1;
  for (let k = 13; k >= 1; k--) value = 1 + (small * value) / k;
  for (let i = 0; i < 10; i++) value *= value;
  return value;
}
