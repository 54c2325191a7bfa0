import { decayOption, positiveOption } from '../options.ts';
import { adaptiveStep } from './adaptive.ts';
import type { FedAdamOptions } from './fedadam.ts';
import type { ServerStep } from './server-step.ts';

export type FedYogiOptions = FedAdamOptions;

/** lr and τ were chosen on the peg task of this network, generated seeds 1 to 5. */
const FEDYOGI_DEFAULTS = Object.freeze({ lr: 0.1, beta1: 0.9, beta2: 0.99, tau: 0.001 });

/**
 * FedYogi: {@link adaptiveStep} with v ← v − (1 − β₂)·Δ²·sign(v − Δ²). Where aggregates grow small, v follows them
 * by no more than their size, so that steps do not suddenly become long.
 *
 * Source: Reddi et al., Adaptive Federated Optimization, 2021, algorithm 2.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function fedYogi(options: FedYogiOptions = {}): ServerStep {
  const lr = positiveOption('fedyogi', 'lr', options.lr, FEDYOGI_DEFAULTS.lr);
  const beta1 = decayOption('fedyogi', 'beta1', options.beta1, FEDYOGI_DEFAULTS.beta1);
  const beta2 = decayOption('fedyogi', 'beta2', options.beta2, FEDYOGI_DEFAULTS.beta2);
  const tau = positiveOption('fedyogi', 'tau', options.tau, FEDYOGI_DEFAULTS.tau);
  return adaptiveStep('fedyogi', { lr, beta1, tau }, (v, square) => {
    const change = (1 - beta2) * square;
    if (v > square) return v - change;
    return v < square ? v + change : v;
  });
}
