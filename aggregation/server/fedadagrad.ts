import { decayOption, positiveOption } from '../options.ts';
import { adaptiveStep } from './adaptive.ts';
import type { ServerStep } from './server-step.ts';

export type FedAdagradOptions = {
  /** Server learning rate η, > 0. */
  readonly lr?: number;
  /** β₁, the decay of the first moment, 0 ≤ β₁ < 1. */
  readonly beta1?: number;
  /** τ, the degree of adaptivity, > 0. */
  readonly tau?: number;
};

/** lr and τ were chosen on the peg task of this network, generated seeds 1 to 5. */
const FEDADAGRAD_DEFAULTS = Object.freeze({ lr: 0.3, beta1: 0, tau: 0.001 });

/**
 * FedAdagrad: {@link adaptiveStep} with v ← v + Δ². Steps grow shorter for good.
 *
 * Source: Reddi et al., Adaptive Federated Optimization, 2021, algorithm 2; β₁ = 0 as in its experiments.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function fedAdagrad(options: FedAdagradOptions = {}): ServerStep {
  const lr = positiveOption('fedadagrad', 'lr', options.lr, FEDADAGRAD_DEFAULTS.lr);
  const beta1 = decayOption('fedadagrad', 'beta1', options.beta1, FEDADAGRAD_DEFAULTS.beta1);
  const tau = positiveOption('fedadagrad', 'tau', options.tau, FEDADAGRAD_DEFAULTS.tau);
  return adaptiveStep('fedadagrad', { lr, beta1, tau }, (v, square) => v + square);
}
