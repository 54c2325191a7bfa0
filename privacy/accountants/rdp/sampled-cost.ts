import { BoundedCache } from '../../../protocol/cache.ts';
import { type PrivacyRelation, sensitivityOf } from '../../events.ts';
import type { FixedSizeSampledEvent, PoissonSampledEvent, PrivacyEvent } from '../../privacy-event.ts';
import { overIntegers, pureDivergence } from './closed-forms.ts';
import { fixedSizeDivergence, fixedSizeGaussianDivergence } from './fixed-size.ts';
import type { RenyiCost, RenyiCostOf } from './renyi-cost.ts';
import { sampledGaussianDivergence } from './sampled-gaussian.ts';
import { squaredMuOf } from './squared-mu.ts';

/**
 * Add-remove: exact for Gaussians; for what has a finite D(∞) the pure ε' = log(1 + q(e^ε − 1)) (Balle, Barthe and
 * Gaboardi 2018, Theorem 8) as randomised response.
 *
 * Replace: from one data set to that without the unit and on to the other, by the weak triangle inequality
 * D_α(P‖R) ≤ (α−½)/(α−1)·D_2α(P‖Q) + D_(2α−1)(Q‖R) (Mironov 2017, Proposition 11). Where the event itself costs less
 * under replace, it is charged unsampled (joint quasi-convexity), and so it is where its ε was stated for replace and
 * nothing is known of a data set without the unit. A numerical accountant has the exact pair.
 *
 * A failure inside, and the δ of an (ε, δ) event, are charged in full.
 */
export function poissonSampledCost(
  event: PoissonSampledEvent,
  relation: PrivacyRelation,
  costOf: RenyiCostOf,
): RenyiCost | string {
  const { rate } = event;
  const inner = costOf(event.event, relation);
  if (typeof inner === 'string' || rate === 1) return inner;
  const { logSurvival } = inner;
  const apart = poissonAddRemove(event, costOf);
  if (typeof apart === 'string') return apart;
  if (relation === 'add-remove') return { divergence: apart, logSurvival };
  if (isStatedForRelation(event.event)) return inner;
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

function poissonAddRemove(
  { rate, event }: PoissonSampledEvent,
  costOf: RenyiCostOf,
): RenyiCost['divergence'] | string {
  if (rate === 0) return () => 0;
  const squaredMu = squaredMuOf(event, 1);
  if (squaredMu !== undefined) {
    const sigma = 1 / Math.sqrt(squaredMu);
    return (order) => (squaredMu === 0 ? 0 : sampledGaussianDivergence(order, sigma, rate));
  }
  const cost = costOf(event, 'add-remove');
  if (typeof cost === 'string') return cost;
  const pure = cost.divergence(Number.POSITIVE_INFINITY);
  if (pure === Number.POSITIVE_INFINITY) {
    return `no bound is known for what Poisson sampling gains on ${event.kind}; leave the sampling out to charge it in full`;
  }
  const amplified = amplifiedEpsilon(pure, rate);
  return (order) => Math.min(pureDivergence(order, amplified), cost.divergence(order));
}

/** Whether the event says an ε, which holds for the relation it is used under, rather than a noise. */
function isStatedForRelation(event: PrivacyEvent): boolean {
  switch (event.kind) {
    case 'exponential-mechanism':
    case 'epsilon-delta':
      return true;
    case 'composed':
      return event.events.some(isStatedForRelation);
    case 'repeated':
    case 'poisson-sampled':
    case 'fixed-size-sampled':
      return isStatedForRelation(event.event);
    default:
      return false;
  }
}

/** Replace only: with a fixed size nobody is ever added or removed. */
export function fixedSizeSampledCost(
  event: FixedSizeSampledEvent,
  relation: PrivacyRelation,
  costOf: RenyiCostOf,
): RenyiCost | string {
  if (relation !== 'replace') return 'a sample of fixed size has neighbours by replacement only';
  const inner = costOf(event.event, relation);
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
  const divergenceOf = (order: number): number => {
    const unsampled = innerAt(order);
    if (squaredMu === 0) return 0;
    if (squaredMu !== undefined) {
      const tight = fixedSizeGaussianDivergence(order, 1 / Math.sqrt(squaredMu), rate);
      if (tight < Number.POSITIVE_INFINITY) return Math.min(unsampled, tight);
    }
    const general = overIntegers(order, (integer) => fixedSizeDivergence(integer, rate, innerAt));
    return Math.min(unsampled, general, pureDivergence(order, amplified));
  };
  const name = JSON.stringify(event);
  return {
    divergence: (order) => {
      if (order === Number.POSITIVE_INFINITY) return amplified;
      const key = `${order}/${name}`;
      const earlier = computed.get(key);
      if (earlier !== undefined) return earlier;
      const divergence = divergenceOf(order);
      computed.set(key, divergence, 1);
      return divergence;
    },
    logSurvival,
  };
}

/** The divergences of fixed-size events, some twenty of them at all default orders: each costs some 50 ms. */
const computed = new BoundedCache<number>(4096);

/** ε of an ε-private event in which a unit takes part with probability q, rounded up. */
function amplifiedEpsilon(epsilon: number, rate: number): number {
  const factor = rate * Math.expm1(epsilon);
  const amplified = factor === Number.POSITIVE_INFINITY ? epsilon : Math.log1p(factor);
  return Math.min(epsilon, amplified * (1 + 1e-15));
}
