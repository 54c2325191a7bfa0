import { decayOption, positiveOption } from '../options.ts';
import { adaptiveStep } from './adaptive.ts';
import type { ServerStep } from './server-step.ts';

export type FedAdamOptions = {
  /** Server learning rate η, > 0. */
  readonly lr?: number;
  /** β₁, the decay of the first moment, 0 ≤ β₁ < 1. */
  readonly beta1?: number;
  /** β₂, the decay of the second moment, 0 ≤ β₂ < 1. */
  readonly beta2?: number;
  /** τ, the degree of adaptivity, > 0. */
  readonly tau?: number;
};

/** lr and τ were chosen on the peg task of this network, generated seeds 1 to 5. */
const FEDADAM_DEFAULTS = Object.freeze({ lr: 0.1, beta1: 0.9, beta2: 0.99, tau: 0.001 });

/**
 * FedAdam: {@link adaptiveStep} with v ← β₂·v + (1 − β₂)·Δ².
 *
 * Source: Reddi et al., Adaptive Federated Optimization, 2021, algorithm 2.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function fedAdam(options: FedAdamOptions = {}): ServerStep {
  const lr = positiveOption('fedadam', 'lr', options.lr, FEDADAM_DEFAULTS.lr);
  const beta1 = decayOption('fedadam', 'beta1', options.beta1, FEDADAM_DEFAULTS.beta1);
  const beta2 = decayOption('fedadam', 'beta2', options.beta2, FEDADAM_DEFAULTS.beta2);
  const tau = positiveOption('fedadam', 'tau', options.tau, FEDADAM_DEFAULTS.tau);
  return adaptiveStep('fedadam', { lr, beta1, tau }, (v, square) => beta2 * v + (1 - beta2) * square);
}
