import { BallastError } from '../../protocol/errors.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import { gridNoiseVariance } from '../mechanism.ts';
import type { Rational } from '../rational.ts';
import { fastDiscreteGaussian } from '../samplers/fast-discrete-gaussian.ts';
import { type CorrelatedNoiseOptions, noiseOverflow, noiseReach } from './options.ts';
import { Participations } from './participations.ts';
import { COEFFICIENT_BITS, correlatedPlan, integerCoefficients } from './plan.ts';
import { decodeNoiseState, encodeNoiseState, type NoiseState } from './state.ts';

export type CorrelatedNoiseCollaborators = {
  /** Uniform bytes, from a cryptographic source wherever privacy is meant. */
  readonly randomBytes: RandomBytes;
  /** Draws a discrete Gaussian of the variance, in squared steps; that of the other mechanisms where left out. */
  readonly sampler?: (variance: Rational, randomBytes: RandomBytes) => () => number;
};

const SCALE = 2 ** COEFFICIENT_BITS;

/**
 * The noise of a run, round by round: w = C⁻¹Z on the **fine grid** of step 2^−(gridBits + 12), Z discrete Gaussian of
 * σ = noiseMultiplier·clipNorm. It keeps one row for each coefficient after the first.
 *
 * Round t is w_t = z_t − ⌊Σ_{j≥1} m_j·w_{t−j}/2^12 + ½⌋ with m_j = c_j·2^12, in integers. Why G_t + w_t is private: let
 * G be on the coarse grid (step 2^−gridBits), so that G_t in fine steps is a multiple of 2^12 and (C·G)_t =
 * Σ_j m_j·G_{t−j}/2^12 an integer without rounding. A rounding to the nearest passes integers through, hence
 * y_t = G_t + w_t satisfies y_t = x_t − ⌊Σ_{j≥1} m_j·y_{t−j}/2^12 + ½⌋ exactly, where x = C·G + Z: what is released is
 * computed from x alone. The roundings add at most half a fine step to z_t, below 2^-23 of its σ.
 *
 * The state (the rows kept) is a secret of whoever covers the sum: with it and what was released, everyone has the
 * sums themselves. It is durable before a round is released, or that round is never computed again.
 */
export class CorrelatedNoise {
  readonly options: CorrelatedNoiseOptions;
  /** No noise of a round is wider, in steps of 2^−(gridBits + 12): 16 σ of the widest round. */
  readonly reach: number;
  readonly #integers: readonly number[];
  readonly #draw: () => number;
  readonly #participations: Participations;
  /** Newest first. */
  #rows: readonly Float64Array[];
  #round: number;

  /**
   * @param state what {@link encode} returned for the same options; a new run where left out.
   * @throws BallastError `PRIVACY_PARAMETER`; `GRID_TOO_COARSE`; `GRID_OVERFLOW` for noise beyond what doubles hold as
   *   integers; `CORRELATED_STATE` for a state that is garbled or of other options.
   */
  constructor(
    options: CorrelatedNoiseOptions,
    { randomBytes, sampler = fastDiscreteGaussian }: CorrelatedNoiseCollaborators,
    state?: Uint8Array,
  ) {
    const plan = correlatedPlan(options.plan);
    this.options = { ...options, plan };
    const numerator = gridNoiseVariance(options) << BigInt(2 * COEFFICIENT_BITS);
    this.reach = noiseReach(this.options);
    this.#draw = sampler({ numerator, denominator: 1n }, randomBytes);
    this.#integers = integerCoefficients(plan);
    const { round, rows, units }: NoiseState =
      state === undefined ? { round: 0, rows: [], units: [] } : decodeNoiseState(state, this.options);
    this.#round = round;
    this.#rows = rows;
    this.#participations = new Participations(plan, units);
  }

  /** The round that {@link next} covers, from 0; as large as the plan's `rounds` when the run is over. */
  get round(): number {
    return this.#round;
  }

  /**
   * The noise of the next round, for a sum to which each of the units adds one vector of norm ≤ C on the coarse grid.
   *
   * @param units whose vectors are in the sum. An empty round is a round too.
   * @returns integers, in steps of 2^−(gridBits + 12).
   * @throws BallastError `PARTICIPATION_TOO_CLOSE`, `PARTICIPATION_TOO_OFTEN`, `CORRELATED_ROUNDS_SPENT` or
   *   `PRIVACY_PARAMETER`, before anything is drawn; `GRID_OVERFLOW` for noise beyond {@link reach}, with a
   *   probability below 2^−180 for a coordinate.
   *   The state is then as it was.
   */
  next(units: readonly string[]): Float64Array {
    const { plan, dimension } = this.options;
    if (this.#round >= plan.rounds) {
      throw new BallastError(
        'CORRELATED_ROUNDS_SPENT',
        `correlated noise: got round ${this.#round}, expected at most ${plan.rounds} rounds`,
        { metadata: { rounds: plan.rounds }, hint: 'plan a new run, and charge it' },
      );
    }
    const admitted = this.#participations.admitted(this.#round, units);
    const row = new Float64Array(dimension);
    for (let i = 0; i < dimension; i++) {
      const value = this.#draw() - this.#carriedOver(i);
      if (!(Math.abs(value) <= this.reach)) throw noiseOverflow(this.options);
      row[i] = value;
    }
    this.#rows = [row, ...this.#rows].slice(0, this.#integers.length - 1);
    this.#participations.enter(admitted);
    this.#round += 1;
    return Float64Array.from(row);
  }

  /** The state, to be kept secret and to be durable before the round that {@link next} returned is released. */
  encode(): Uint8Array {
    const state = { round: this.#round, rows: this.#rows, units: this.#participations.entries() };
    return encodeNoiseState(state, this.options);
  }

  /** ⌊Σ_{j≥1} m_j·w_{t−j}/2^12 + ½⌋, exactly: each w is split at 2^12, and neither part of the sum passes 2^53. */
  #carriedOver(i: number): number {
    let [high, low] = [0, 0];
    for (let j = 0; j < this.#rows.length; j++) {
      const value = this.#rows[j]![i]!;
      const upper = Math.floor(value / SCALE);
      high += this.#integers[j + 1]! * upper;
      low += this.#integers[j + 1]! * (value - upper * SCALE);
    }
    return high + Math.floor((low + SCALE / 2) / SCALE);
  }
}
