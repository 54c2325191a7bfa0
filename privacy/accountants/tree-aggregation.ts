import { requireInteger } from '../parameters.ts';
import type { CorrelatedGaussianEvent } from '../privacy-event.ts';

/**
 * Binary-tree aggregation over `steps` steps in which a unit takes part once (Dwork, Naor, Pitassi and Rothblum 2010;
 * Kairouz et al. 2021): every node of the tree carries noise of its own, and a unit is in one node of each of the
 * ⌊log₂ steps⌋ + 1 levels of whole subtrees, so that it moves them by the square root of that in Frobenius norm.
 *
 * @param options.noiseMultiplier σ of one node against C. @param options.steps 1 to 2^40.
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function treeAggregationEvent(options: {
  readonly noiseMultiplier: number;
  readonly steps: number;
}): CorrelatedGaussianEvent {
  let levels = 1;
  for (let rest = requireInteger('steps', options.steps, 1, 2 ** 40); rest >= 2; rest /= 2) levels += 1;
  return {
    kind: 'correlated-gaussian',
    noiseMultiplier: options.noiseMultiplier,
    sensitivity: Math.sqrt(levels) * (1 + 2 ** -52),
  };
}
