import { UNIT_ROUNDOFF } from '../../roundoff.ts';

/** What a composition amounts to on its window; the true masses are exp(logScale − θ·loss) times the tilted ones. */
export type ComposedMasses = {
  readonly bound: 'upper' | 'lower';
  readonly interval: number;
  /** Index of the first mass on the grid. */
  readonly first: number;
  readonly tilted: Float64Array;
  readonly theta: number;
  readonly logScale: number;
  /** Bound on the L2 norm of the tilted masses' error. */
  readonly error: number;
  readonly relativeError: number;
  /** Tilted mass that may have come round from outside the window: too much for a lower bound. */
  readonly wrapped: number;
  /** P of an infinite loss; for an upper bound also of a loss above the window. */
  readonly infinityMass: number;
  /** Added to every loss of the grid. */
  readonly shift: number;
};

/** A steep tilt leaves only a short stretch where a lower bound says anything. */
const SEARCH_STEPS = 2 ** 13;

/**
 * δ(ε) of a composed loss, rounded to the side of its bound: the rounding errors of the transform, what was cut off
 * and where losses lie are all charged.
 */
export class ComposedLoss {
  readonly bound: 'upper' | 'lower';
  readonly infinityMass: number;
  readonly #masses: ComposedMasses;
  /** Σ_{j ≥ k} tⱼ·exp(−θ·(lⱼ − lₖ)), and the same with θ + 1. */
  readonly #above: Float64Array;
  readonly #discounted: Float64Array;
  readonly #noise: number;

  constructor(masses: ComposedMasses) {
    this.bound = masses.bound;
    this.infinityMass = masses.infinityMass;
    this.#masses = masses;
    const { tilted, theta, interval } = masses;
    const size = tilted.length;
    this.#above = new Float64Array(size + 1);
    this.#discounted = new Float64Array(size + 1);
    const step = Math.exp(-theta * interval);
    const discountedStep = Math.exp(-(theta + 1) * interval);
    for (let k = size - 1; k >= 0; k--) {
      this.#above[k] = tilted[k]! + step * this.#above[k + 1]!;
      this.#discounted[k] = tilted[k]! + discountedStep * this.#discounted[k + 1]!;
    }
    // By Cauchy and Schwarz: ‖error‖₂ times the L2 norm of the weights exp(−θ·(lⱼ − ε)).
    const weights = Math.min(size, 1 / -Math.expm1(-2 * theta * interval));
    this.#noise = masses.error * Math.sqrt(weights) + masses.wrapped;
  }

  /** δ at ε: not below the truth for `upper`, not above it for `lower`. */
  delta(epsilon: number): number {
    const { interval, first, tilted, theta, logScale, shift, relativeError, infinityMass } = this.#masses;
    const upper = this.bound === 'upper';
    const at = epsilon - shift;
    const k = Math.max(0, Math.floor(at / interval) + 1 - first);
    if (k >= tilted.length) return infinityMass;
    const loss = (first + k) * interval;
    const exponent = logScale - theta * loss;
    const scale = Math.exp(exponent);
    const above = this.#above[k]!;
    const sum = above - Math.exp(at - loss) * this.#discounted[k]!;
    const rounding = UNIT_ROUNDOFF * 8 * (tilted.length + Math.abs(logScale) + Math.abs(theta * loss));
    const noise =
      Math.exp(logScale - theta * at) * this.#noise + scale * Math.abs(above) * (rounding + relativeError);
    const value = upper ? sum * scale + noise : sum * scale - noise;
    if (Number.isNaN(value)) return upper ? 1 : infinityMass;
    return Math.min(1, Math.max(0, value) + infinityMass);
  }

  /** ε ≥ 0 at δ: not below the truth for `upper`, not above it for `lower`; infinite where δ is not reached. */
  epsilon(delta: number): number {
    return this.bound === 'upper' ? this.#leastSufficient(delta) : this.#largestInsufficient(delta);
  }

  #leastSufficient(delta: number): number {
    if (this.delta(0) <= delta) return 0;
    const high = this.#end();
    return this.delta(high) > delta ? Number.POSITIVE_INFINITY : this.#between(0, high, delta)[1];
  }

  /** Far below the aim the noise hides a lower bound: the search comes from above. */
  #largestInsufficient(delta: number): number {
    const high = this.#end();
    if (this.delta(high) > delta) return Number.POSITIVE_INFINITY;
    const step = (this.#masses.tilted.length * this.#masses.interval) / SEARCH_STEPS;
    for (let k = 1; k <= SEARCH_STEPS + 1; k++) {
      const low = Math.max(0, high - k * step);
      if (this.delta(low) > delta) return this.#between(low, high - (k - 1) * step, delta)[0];
      if (low === 0) break;
    }
    return 0;
  }

  /** Neighbouring doubles between `low`, which does not suffice, and `high`, which does. */
  #between(low: number, high: number, delta: number): [number, number] {
    for (;;) {
      const middle = low + (high - low) / 2;
      if (middle <= low || middle >= high) return [low, high];
      if (this.delta(middle) <= delta) high = middle;
      else low = middle;
    }
  }

  #end(): number {
    const { first, tilted, interval, shift } = this.#masses;
    return Math.max(0, (first + tilted.length) * interval + shift);
  }
}
