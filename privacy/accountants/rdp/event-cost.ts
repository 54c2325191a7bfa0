import { MIN_GRID_VARIANCE, SMOOTHING_VARIANCE } from '../../discretisation.ts';
import { type PrivacyRelation, sensitivityOf } from '../../events.ts';
import type { FixedSizeSampledEvent, PoissonSampledEvent, PrivacyEvent } from '../../privacy-event.ts';
import {
  boundedRangeDivergence,
  discreteLaplaceDivergence,
  gaussianDivergence,
  laplaceDivergence,
  overIntegers,
  pureDivergence,
  skellamDivergence,
  summedDiscreteGaussianDivergence,
} from './closed-forms.ts';
import { fixedSizeDivergence, fixedSizeGaussianDivergence } from './fixed-size.ts';
import { sampledGaussianDivergence } from './sampled-gaussian.ts';

/**
 * What an event costs: with probability exp(`logSurvival`) or more nothing failed, and then its Rényi divergence of
 * order α > 1 is at most `divergence(α)`, in both directions.
 */
export type RenyiCost = {
  readonly divergence: (order: number) => number;
  readonly logSurvival: number;
};

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
      return poissonSampled(event, relation);
    case 'fixed-size-sampled':
      return fixedSizeSampled(event, relation);
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

/**
 * Add-remove: exact for Gaussians; for what has a finite D(∞) the pure ε' = log(1 + q(e^ε − 1)) (Balle, Barthe and
 * Gaboardi 2018, Theorem 8) as randomised response.
 *
 * Replace: from one data set to that without the unit and on to the other, by the weak triangle inequality
 * D_α(P‖R) ≤ (α−½)/(α−1)·D_2α(P‖Q) + D_(2α−1)(Q‖R) (Mironov 2017, Proposition 11). It is no less than twice the
 * sensitivity costs without sampling, for a large α; where it is more than the event itself costs under replace, the
 * event is charged unsampled (joint quasi-convexity). A numerical accountant has the exact pair.
 *
 * A failure inside is charged in full.
 */
function poissonSampled(event: PoissonSampledEvent, relation: PrivacyRelation): RenyiCost | string {
  const { rate } = event;
  const inner = renyiCost(event.event, relation);
  if (typeof inner === 'string' || rate === 1) return inner;
  const { logSurvival } = inner;
  const apart = poissonAddRemove(event);
  if (typeof apart === 'string') return apart;
  if (relation === 'add-remove') return { divergence: apart, logSurvival };
  return {
    divergence: (order) => {
      const unsampled = inner.divergence(order);
      if (order === Number.POSITIVE_INFINITY) return Math.min(unsampled, 2 * apart(order));
      const there = ((order - 0.5) / (order - 1)) * apart(2 * order);
      return Math.min(unsampled, there + apart(2 * order - 1));
    },
    logSurvival,
  };
}

function poissonAddRemove({ rate, event }: PoissonSampledEvent): RenyiCost['divergence'] | string {
  if (rate === 0) return () => 0;
  const squaredMu = squaredMuOf(event, 1);
  if (squaredMu !== undefined) {
    const sigma = 1 / Math.sqrt(squaredMu);
    return (order) => (squaredMu === 0 ? 0 : sampledGaussianDivergence(order, sigma, rate));
  }
  const cost = renyiCost(event, 'add-remove');
  if (typeof cost === 'string') return cost;
  const pure = cost.divergence(Number.POSITIVE_INFINITY);
  if (pure === Number.POSITIVE_INFINITY) {
    return `no bound is known for what Poisson sampling gains on ${event.kind}; leave the sampling out to charge it in full`;
  }
  const amplified = amplifiedEpsilon(pure, rate);
  return (order) => Math.min(pureDivergence(order, amplified), cost.divergence(order));
}

/** Replace only: with a fixed size nobody is ever added or removed. */
function fixedSizeSampled(event: FixedSizeSampledEvent, relation: PrivacyRelation): RenyiCost | string {
  if (relation !== 'replace') return 'a sample of fixed size has neighbours by replacement only';
  const inner = renyiCost(event.event, relation);
  if (typeof inner === 'string' || event.size === event.population) return inner;
  const { logSurvival } = inner;
  const rate = event.size / event.population;
  if (rate === 0) return { divergence: () => 0, logSurvival };
  const known = new Map<number, number>();
  const innerAt = (order: number): number => {
    const value = known.get(order) ?? inner.divergence(order);
    known.set(order, value);
    return value;
  };
  const pure = innerAt(Number.POSITIVE_INFINITY);
  const amplified = pure === Number.POSITIVE_INFINITY ? pure : amplifiedEpsilon(pure, rate);
  const squaredMu = squaredMuOf(event.event, sensitivityOf(relation));
  return {
    divergence: (order) => {
      if (order === Number.POSITIVE_INFINITY) return amplified;
      const unsampled = innerAt(order);
      if (squaredMu === 0) return 0;
      if (squaredMu !== undefined) {
        const exact = fixedSizeGaussianDivergence(order, 1 / Math.sqrt(squaredMu), rate);
        if (exact < Number.POSITIVE_INFINITY) return Math.min(unsampled, exact);
      }
      const general = overIntegers(order, (integer) => fixedSizeDivergence(integer, rate, innerAt));
      return Math.min(unsampled, general, pureDivergence(order, amplified));
    },
    logSurvival,
  };
}

/**
 * μ² of what is one Gaussian release of one sample: Gaussians over the same participants add up to one. A discrete
 * Gaussian of σ ≥ 2^10 steps is made of the continuous one with variance σ² − 5 steps² and fresh randomness alone
 * (`discretisation.ts`), whatever the sum below it is, a sampled one too; the factors left over move the divergence by
 * less than the 1e-10 that is added to it. Undefined for anything else.
 */
function squaredMuOf(event: PrivacyEvent, sensitivity: number): number | undefined {
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

/** ε of an ε-private event in which a unit takes part with probability q, rounded up. */
function amplifiedEpsilon(epsilon: number, rate: number): number {
  const factor = rate * Math.expm1(epsilon);
  const amplified = factor === Number.POSITIVE_INFINITY ? epsilon : Math.log1p(factor);
  return Math.min(epsilon, amplified * (1 + 1e-15));
}
