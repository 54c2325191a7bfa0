import { createGaussianAccountant } from '../accountants/gaussian-accountant.ts';
import { gaussianMu } from '../accountants/gaussian-curve.ts';
import { type PrivacyRelation, sensitivityOf } from '../events.ts';
import { type CorrelatedGaussianEvent, checkedPrivacyEvent } from '../privacy-event.ts';
import type { CorrelatedPlan } from './plan.ts';
import { correlatedSensitivity } from './sensitivity.ts';

/**
 * Taken off the noise multiplier, for what a discrete Gaussian may cost more than a continuous one: Z is at least 2^22
 * steps wide here, so that √(1 − 5/2^44) is above 1 − 2^-40 (`discretisation.ts`).
 */
const DISCRETISATION = 2 ** -40;

/**
 * The event of a whole run, to be charged once, before its first round. It holds for updates that are chosen after
 * seeing earlier rounds: given what was released, round t of C·G + Z is a Gaussian sum, and the squared sensitivities
 * of the rounds add up to at most the square of the event's on every path (Denisov et al. 2022; Smith and Thakurta
 * 2022).
 *
 * @param plan.noiseMultiplier σ of Z against the clip norm.
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function correlatedGaussianEvent(
  plan: CorrelatedPlan & { readonly noiseMultiplier: number },
): CorrelatedGaussianEvent {
  const event: CorrelatedGaussianEvent = {
    kind: 'correlated-gaussian',
    noiseMultiplier: plan.noiseMultiplier * (1 - DISCRETISATION),
    sensitivity: correlatedSensitivity(plan),
  };
  checkedPrivacyEvent(event);
  return event;
}

/**
 * The least noise multiplier of Z (rounded up by a relative 1e-9 at most) with which the whole run stays within
 * (ε, δ), as the exact Gaussian accountant has it: μ = relation's sensitivity·sensitivity / noiseMultiplier.
 *
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function correlatedNoiseMultiplierFor(target: {
  readonly plan: CorrelatedPlan;
  readonly epsilon: number;
  readonly delta: number;
  readonly relation: PrivacyRelation;
}): number {
  const { plan, epsilon, delta, relation } = target;
  const mu = gaussianMu(epsilon, delta);
  let noiseMultiplier = (sensitivityOf(relation) * correlatedSensitivity(plan)) / mu;
  for (;;) {
    const accountant = createGaussianAccountant(relation);
    accountant.compose(correlatedGaussianEvent({ ...plan, noiseMultiplier }));
    if (accountant.epsilon(delta) <= epsilon) return noiseMultiplier;
    noiseMultiplier *= 1 + 2 ** -40;
  }
}
