import { BallastError } from '../protocol/errors.ts';
import { requireBetween, requireInteger } from './parameters.ts';

/**
 * What was released, and nothing about what it costs: that is for an accountant to say, under a relation.
 *
 * A noise multiplier is the noise against C, the bound on what one unit adds to a sum: σ / C in L2 norm for
 * Gaussians, b / C in L1 norm for Laplace noise. Under add-remove one unit moves the sum by C, under replace by 2C;
 * the accountant knows that, the event does not.
 */
export type PrivacyEvent =
  | UnprotectedEvent
  | GaussianEvent
  | LaplaceEvent
  | DiscreteGaussianEvent
  | DiscreteLaplaceEvent
  | SummedDiscreteGaussianEvent
  | SkellamEvent
  | CorrelatedGaussianEvent
  | ExponentialMechanismEvent
  | EpsilonDeltaEvent
  | FailureEvent
  | PoissonSampledEvent
  | FixedSizeSampledEvent
  | ComposedEvent
  | RepeatedEvent;

/** Something released as it is: no guarantee is left. */
export type UnprotectedEvent = { readonly kind: 'unprotected' };

/** A sum with continuous Gaussian noise. */
export type GaussianEvent = { readonly kind: 'gaussian'; readonly noiseMultiplier: number };

/** A sum with continuous Laplace noise. */
export type LaplaceEvent = { readonly kind: 'laplace'; readonly noiseMultiplier: number };

/** A sum on the grid with discrete Gaussian noise. `gridDeviation` is σ in grid steps. */
export type DiscreteGaussianEvent = {
  readonly kind: 'discrete-gaussian';
  readonly noiseMultiplier: number;
  readonly gridDeviation: number;
};

/** A sum on the grid with discrete Laplace noise. `gridScale` is b in grid steps. */
export type DiscreteLaplaceEvent = {
  readonly kind: 'discrete-laplace';
  readonly noiseMultiplier: number;
  readonly gridScale: number;
};

/**
 * A sum on the grid whose noise is the sum of independent discrete Gaussians, one a participant, which is no discrete
 * Gaussian itself (Kairouz, Liu and Steinke 2021).
 */
export type SummedDiscreteGaussianEvent = {
  readonly kind: 'summed-discrete-gaussian';
  /** σ of the whole sum against C. */
  readonly noiseMultiplier: number;
  /** How many independent shares were added, dropouts and colluders already taken off. */
  readonly shares: number;
  /** σ of one share, in grid steps. */
  readonly shareDeviation: number;
  readonly dimension: number;
};

/** A sum on the grid with Skellam noise, the difference of two Poissons (Agarwal, Kairouz and Liu 2021). */
export type SkellamEvent = {
  readonly kind: 'skellam';
  /** σ / C. */
  readonly noiseMultiplier: number;
  /** σ in grid steps. */
  readonly gridDeviation: number;
  readonly dimension: number;
};

/**
 * A run of a matrix mechanism, noise C⁻¹Z on the steps (DP-FTRL): all its steps are this one event.
 */
export type CorrelatedGaussianEvent = {
  readonly kind: 'correlated-gaussian';
  /** σ of Z against the clip norm. */
  readonly noiseMultiplier: number;
  /** The most that one unit moves C·G in Frobenius norm, in clip norms, under the participation that was promised. */
  readonly sensitivity: number;
};

/** A choice by the exponential mechanism with parameter ε (bounded range ε). */
export type ExponentialMechanismEvent = { readonly kind: 'exponential-mechanism'; readonly epsilon: number };

/** Something known to be (ε, δ)-private and nothing more. */
export type EpsilonDeltaEvent = {
  readonly kind: 'epsilon-delta';
  readonly epsilon: number;
  readonly delta: number;
};

/**
 * With this probability anything at all may have been released: a modular sum that wrapped, or a sampler's
 * statistical distance, already multiplied by what the relation asks.
 */
export type FailureEvent = { readonly kind: 'failure'; readonly probability: number };

/** Each unit takes part with probability `rate`, independently and in secret. */
export type PoissonSampledEvent = {
  readonly kind: 'poisson-sampled';
  readonly rate: number;
  readonly event: PrivacyEvent;
};

/** A secret uniform choice of `size` out of `population` units takes part. */
export type FixedSizeSampledEvent = {
  readonly kind: 'fixed-size-sampled';
  readonly population: number;
  readonly size: number;
  readonly event: PrivacyEvent;
};

/** All of them, whatever their kinds. */
export type ComposedEvent = { readonly kind: 'composed'; readonly events: readonly PrivacyEvent[] };

/** The same event `times` times, each with noise of its own. */
export type RepeatedEvent = {
  readonly kind: 'repeated';
  readonly times: number;
  readonly event: PrivacyEvent;
};

export type PrivacyEventKind = PrivacyEvent['kind'];

const MAX_TIMES = 2 ** 32;
const MAX_DEPTH = 8;
const MAX_EVENTS = 100_000;

/**
 * The event itself when every field is in range, all the way down.
 *
 * @throws BallastError `PRIVACY_PARAMETER`, also for an unknown kind or an event nested deeper than 8.
 */
export function checkedPrivacyEvent(event: PrivacyEvent, depth = 0): PrivacyEvent {
  if (depth > MAX_DEPTH) throw refused(`one nested ${depth} deep`, `at most ${MAX_DEPTH}`);
  switch (event.kind) {
    case 'unprotected':
      break;
    case 'gaussian':
    case 'laplace':
      noise(event);
      break;
    case 'discrete-gaussian':
      noise(event);
      requireBetween('grid deviation', event.gridDeviation, 1e-3, 2 ** 40);
      break;
    case 'discrete-laplace':
      noise(event);
      requireBetween('grid scale', event.gridScale, 1e-3, 2 ** 40);
      break;
    case 'summed-discrete-gaussian':
      noise(event);
      requireInteger('shares', event.shares, 1, 2 ** 31);
      requireBetween('share deviation', event.shareDeviation, 1e-3, 2 ** 40);
      requireInteger('dimension', event.dimension, 1, 2 ** 31);
      break;
    case 'skellam':
      noise(event);
      requireBetween('grid deviation', event.gridDeviation, 1e-3, 2 ** 40);
      requireInteger('dimension', event.dimension, 1, 2 ** 31);
      break;
    case 'correlated-gaussian':
      noise(event);
      requireBetween('sensitivity', event.sensitivity, 1e-9, 1e9);
      break;
    case 'exponential-mechanism':
      requireBetween('epsilon', event.epsilon, 0, 1e6);
      break;
    case 'epsilon-delta':
      requireBetween('epsilon', event.epsilon, 0, 1e6);
      requireBetween('delta', event.delta, 0, 1);
      break;
    case 'failure':
      requireBetween('probability', event.probability, 0, 1);
      break;
    case 'poisson-sampled':
      requireBetween('rate', event.rate, 0, 1);
      checkedPrivacyEvent(event.event, depth + 1);
      break;
    case 'fixed-size-sampled':
      requireInteger('population', event.population, 1, 2 ** 40);
      requireInteger('size', event.size, 0, event.population);
      checkedPrivacyEvent(event.event, depth + 1);
      break;
    case 'composed':
      if (!Array.isArray(event.events) || event.events.length > MAX_EVENTS) {
        throw refused('composed events out of bounds', `a list of at most ${MAX_EVENTS}`);
      }
      for (const part of event.events) checkedPrivacyEvent(part, depth + 1);
      break;
    case 'repeated':
      requireInteger('times', event.times, 0, MAX_TIMES);
      checkedPrivacyEvent(event.event, depth + 1);
      break;
    default:
      throw refused(
        `kind ${JSON.stringify((event as { kind?: unknown }).kind)?.slice(0, 40)}`,
        'a known kind',
      );
  }
  return event;
}

function noise({ noiseMultiplier }: { readonly noiseMultiplier: number }): void {
  requireBetween('noise multiplier', noiseMultiplier, 1e-6, 1e9);
}

function refused(got: string, expected: string): BallastError {
  return new BallastError('PRIVACY_PARAMETER', `privacy event: got ${got}, expected ${expected}`);
}
