import { type PrivacyRelation, sensitivityOf } from '../../events.ts';
import type { PrivacyEvent } from '../../privacy-event.ts';
import {
  boundedRangeDivergence,
  discreteLaplaceDivergence,
  gaussianDivergence,
  laplaceDivergence,
  pureDivergence,
  skellamDivergence,
  summedDiscreteGaussianDivergence,
} from './closed-forms.ts';
import type { RenyiCost } from './renyi-cost.ts';
import { fixedSizeSampledCost, poissonSampledCost } from './sampled-cost.ts';

/**
 * The cost of an event under a relation, or, as text, the reason why none is known.
 *
 * A sampled event is one choice of who takes part, whatever it is composed of.
 */
export function renyiCost(event: PrivacyEvent, relation: PrivacyRelation): RenyiCost | string {
  const sensitivity = sensitivityOf(relation);
  switch (event.kind) {
    case 'unprotected':
      return certain(() => Number.POSITIVE_INFINITY);
    case 'gaussian':
    case 'discrete-gaussian': {
      // A discrete Gaussian is no worse in Rényi divergence (Canonne, Kamath and Steinke 2020, Theorem 5 and Corollary 16).
      const squaredMu = (sensitivity / event.noiseMultiplier) ** 2;
      return certain((order) => gaussianDivergence(order, squaredMu));
    }
    case 'correlated-gaussian': {
      const squaredMu = ((sensitivity * event.sensitivity) / event.noiseMultiplier) ** 2;
      return certain((order) => gaussianDivergence(order, squaredMu));
    }
    case 'laplace': {
      const shift = sensitivity / event.noiseMultiplier;
      return certain((order) => laplaceDivergence(order, shift));
    }
    case 'discrete-laplace': {
      const shift = sensitivity / event.noiseMultiplier;
      return certain((order) => discreteLaplaceDivergence(order, shift, event.gridScale));
    }
    case 'summed-discrete-gaussian': {
      if (event.shareDeviation < 0.5)
        return 'the bound on a sum of discrete Gaussians needs shares of σ ≥ 1/2';
      const mu = sensitivity / event.noiseMultiplier;
      return certain((order) => summedDiscreteGaussianDivergence(order, mu, event));
    }
    case 'skellam': {
      const l2 = (sensitivity * event.gridDeviation) / event.noiseMultiplier;
      const variance = event.gridDeviation ** 2;
      return certain((order) => skellamDivergence(order, l2, variance, event.dimension));
    }
    case 'exponential-mechanism':
      // Its ε is that of the relation it is used under.
      return certain((order) => boundedRangeDivergence(order, event.epsilon));
    case 'epsilon-delta':
      // No worse than to show everything with probability δ, and ε-randomised response else (Kairouz, Oh and Viswanath
      // 2015, Theorem 2.5).
      return {
        divergence: (order) => pureDivergence(order, event.epsilon),
        logSurvival: Math.log1p(-event.delta),
      };
    case 'failure':
      return { divergence: () => 0, logSurvival: Math.log1p(-event.probability) };
    case 'poisson-sampled':
      return poissonSampledCost(event, relation, renyiCost);
    case 'fixed-size-sampled':
      return fixedSizeSampledCost(event, relation, renyiCost);
    case 'composed': {
      const costs: RenyiCost[] = [];
      for (const part of event.events) {
        const cost = renyiCost(part, relation);
        if (typeof cost === 'string') return cost;
        costs.push(cost);
      }
      return {
        divergence: (order) => costs.reduce((sum, { divergence }) => sum + divergence(order), 0),
        logSurvival: costs.reduce((sum, { logSurvival }) => sum + logSurvival, 0),
      };
    }
    case 'repeated': {
      const { times } = event;
      const cost = renyiCost(event.event, relation);
      if (typeof cost === 'string' || times === 1) return cost;
      if (times === 0) return certain(() => 0);
      return {
        divergence: (order) => times * cost.divergence(order),
        logSurvival: times * cost.logSurvival,
      };
    }
  }
}

function certain(divergence: RenyiCost['divergence']): RenyiCost {
  return { divergence, logSurvival: 0 };
}
