import type { ServerStep } from './server-step.ts';

/** Checked options of an adaptive server optimiser. */
export type AdaptiveOptions = {
  /** η, > 0: about the most that a coordinate moves in a round. */
  readonly lr: number;
  /** β₁, the decay of the first moment, 0 ≤ β₁ < 1. */
  readonly beta1: number;
  /** τ, the degree of adaptivity, > 0: moments well below it count in proportion, those well above by their sign. */
  readonly tau: number;
};

/**
 * An adaptive server optimiser: per coordinate m ← β₁·m + (1 − β₁)·Δ, v ← `secondMoment`(v, Δ·Δ), and the weights
 * move by (η·m) ÷ (√v + τ). m begins at 0, v at τ·τ; there is no bias correction.
 *
 * Source: Reddi et al., Adaptive Federated Optimization, 2021, algorithm 2.
 *
 * @param secondMoment + − × ÷ √ only; never below 0.
 */
export function adaptiveStep(
  name: string,
  { lr, beta1, tau }: AdaptiveOptions,
  secondMoment: (v: number, square: number) => number,
): ServerStep {
  return {
    name,
    vectors: ['momentum', 'secondMoment'],
    initial: { secondMoment: tau * tau },
    step: (aggregate, { momentum, secondMoment: second }) => {
      const m = aggregate.map((delta, k) => beta1 * momentum![k]! + (1 - beta1) * delta);
      const v = aggregate.map((delta, k) => secondMoment(second![k]!, delta * delta));
      const update = m.map((value, k) => (lr * value) / (Math.sqrt(v[k]!) + tau));
      return { update, vectors: { momentum: m, secondMoment: v } };
    },
  };
}
