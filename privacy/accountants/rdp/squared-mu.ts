import { MIN_GRID_VARIANCE, SMOOTHING_VARIANCE } from '../../discretisation.ts';
import type { PrivacyEvent } from '../../privacy-event.ts';

/**
 * μ² of what is one Gaussian release of one sample: Gaussians over the same participants add up to one. A discrete
 * Gaussian of σ ≥ 2^10 steps is made of the continuous one with variance σ² − 5 steps² and fresh randomness alone
 * (`discretisation.ts`), whatever the sum below it is, a sampled one too; the factors left over move the divergence by
 * less than the 1e-10 that is added to it. Undefined for anything else.
 */
export function squaredMuOf(event: PrivacyEvent, sensitivity: number): number | undefined {
  switch (event.kind) {
    case 'gaussian':
      return (sensitivity / event.noiseMultiplier) ** 2;
    case 'correlated-gaussian':
      return ((sensitivity * event.sensitivity) / event.noiseMultiplier) ** 2;
    case 'discrete-gaussian': {
      const variance = event.gridDeviation ** 2;
      if (variance < Number(MIN_GRID_VARIANCE)) return undefined;
      return (
        ((sensitivity / event.noiseMultiplier) ** 2 * variance) / (variance - Number(SMOOTHING_VARIANCE))
      );
    }
    case 'failure':
      return 0;
    case 'repeated': {
      const one = squaredMuOf(event.event, sensitivity);
      return one === undefined ? undefined : event.times * one;
    }
    case 'composed': {
      let sum = 0;
      for (const part of event.events) {
        const one = squaredMuOf(part, sensitivity);
        if (one === undefined) return undefined;
        sum += one;
      }
      return sum;
    }
    default:
      return undefined;
  }
}
