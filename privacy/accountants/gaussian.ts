import { BallastError } from '../../protocol/errors.ts';
import { MIN_GRID_VARIANCE, SMOOTHING_VARIANCE } from '../discretisation.ts';
import {
  checkedEvent,
  type GaussianRelease,
  isGaussianRelease,
  type PrivacyRelation,
  type ReleaseEvent,
  sensitivityOf,
} from '../events.ts';
import { requireInteger } from '../parameters.ts';
import { ceilDivide, exactRational, type Rational } from '../rational.ts';
import { unsupported } from './accountant.ts';
import { gaussianDelta, gaussianEpsilon, gaussianMu } from './gaussian-curve.ts';

/** Binary digits after the point of a loss. */
export const LOSS_BITS = 96n;

/**
 * The cost of Gaussian releases, as a number that adds up: releases·(sensitivity/noiseMultiplier)² = μ², in
 * units of 2⁻⁹⁶, rounded up, for noise that is a discrete Gaussian of σ ≥ 2^10 grid steps (see
 * `discretisation.ts`; it adds a relative 4.8e-6).
 *
 * Gaussian mechanisms compose exactly, to μ² = Σμᵢ² (Dong, Roth and Su 2022, Corollary 3.3), in many dimensions
 * with the L2 norm as sensitivity, and also when later events are chosen after seeing earlier results, as long
 * as the bound on Σμᵢ² was fixed before (Smith and Thakurta 2022). As an integer the sum does not depend on its
 * order.
 *
 * No gain by subsampling is taken: who takes part in a round is public.
 *
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function gaussianLoss(event: GaussianRelease): bigint {
  checkedEvent(event);
  const { sensitivity, noiseMultiplier, releases } = event;
  return lossOf({ relation: 1, sensitivity, noiseMultiplier, grid: COARSEST_GRID, times: BigInt(releases) });
}

const COARSEST_GRID: Rational = {
  numerator: MIN_GRID_VARIANCE,
  denominator: MIN_GRID_VARIANCE - SMOOTHING_VARIANCE,
};

/** times·(relation·sensitivity/noiseMultiplier)²·grid, in units of 2⁻⁹⁶, rounded up. */
export function lossOf(charge: {
  /** The relation's own sensitivity. */
  readonly relation: number;
  readonly sensitivity: number;
  readonly noiseMultiplier: number;
  /** By how much the grid's noise counts for less: at least 1. */
  readonly grid: Rational;
  readonly times: bigint;
}): bigint {
  const { relation, noiseMultiplier, grid, times } = charge;
  const sensitivity = exactRational(charge.sensitivity);
  const noise = exactRational(noiseMultiplier);
  const top = BigInt(relation) * sensitivity.numerator * noise.denominator;
  const bottom = sensitivity.denominator * noise.numerator;
  return ceilDivide((times * top * top * grid.numerator) << LOSS_BITS, bottom * bottom * grid.denominator);
}

/** μ of a sum of losses, rounded up. */
export function muOfLoss(loss: bigint): number {
  return Math.sqrt(Number(loss) * 2 ** -Number(LOSS_BITS)) * (1 + 2 ** -50);
}

/** ε at δ of a sum of losses: never below the truth. @throws BallastError `PRIVACY_PARAMETER`. */
export function epsilonOfLoss(loss: bigint, delta: number): number {
  return gaussianEpsilon(delta, muOfLoss(loss));
}

/**
 * ε at δ of all the events together; infinite as soon as one is unprotected.
 *
 * @throws BallastError `PRIVACY_PARAMETER`; `PRIVACY_POLICY_MISMATCH` for events of different unit or relation;
 *   `PRIVACY_EVENT_UNSUPPORTED` for a release that is no {@link GaussianRelease}.
 */
export function epsilonOf(events: Iterable<ReleaseEvent>, delta: number): number {
  const loss = composedLoss(events);
  return loss === undefined ? Number.POSITIVE_INFINITY : epsilonOfLoss(loss, delta);
}

/** δ at ε of all the events together; 1 as soon as one is unprotected. @throws as {@link epsilonOf}. */
export function deltaOf(events: Iterable<ReleaseEvent>, epsilon: number): number {
  const loss = composedLoss(events);
  return loss === undefined ? 1 : gaussianDelta(epsilon, muOfLoss(loss));
}

/**
 * The least noise multiplier (rounded up by a relative 1e-9 at most) with which `releases` sums stay within
 * (ε, δ).
 *
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function noiseMultiplierFor(target: {
  readonly epsilon: number;
  readonly delta: number;
  readonly releases: number;
  readonly relation: PrivacyRelation;
}): number {
  const { epsilon, delta, relation } = target;
  const releases = requireInteger('releases', target.releases, 1, 2 ** 32);
  const sensitivity = sensitivityOf(relation);
  const mu = gaussianMu(epsilon, delta);
  const grid = Number(MIN_GRID_VARIANCE) / Number(MIN_GRID_VARIANCE - SMOOTHING_VARIANCE);
  let noiseMultiplier = (sensitivity * Math.sqrt(releases * grid)) / mu;
  for (;;) {
    const event: GaussianRelease = { unit: 'record', relation, sensitivity, noiseMultiplier, releases };
    if (epsilonOfLoss(gaussianLoss(event), delta) <= epsilon) return noiseMultiplier;
    noiseMultiplier *= 1 + 2 ** -40;
  }
}

function composedLoss(events: Iterable<ReleaseEvent>): bigint | undefined {
  let loss = 0n;
  let first: ReleaseEvent | undefined;
  let unprotected = false;
  for (const event of events) {
    checkedEvent(event);
    if (event.unit === 'none') {
      unprotected = true;
      continue;
    }
    if (first !== undefined && !sameGuarantee(first, event)) throw mixed(first, event);
    first = event;
    if (!isGaussianRelease(event)) {
      const { relation } = event;
      throw unsupported(
        { name: 'gaussian', relation },
        event.event,
        'its cost does not add up as one number',
      );
    }
    loss += gaussianLoss(event);
  }
  return unprotected ? undefined : loss;
}

function sameGuarantee(a: ReleaseEvent, b: ReleaseEvent): boolean {
  return a.unit !== 'none' && b.unit !== 'none' && a.unit === b.unit && a.relation === b.relation;
}

function mixed(a: ReleaseEvent, b: ReleaseEvent): BallastError {
  const name = (event: ReleaseEvent) =>
    event.unit === 'none' ? event.unit : `${event.unit}, ${event.relation}`;
  return new BallastError(
    'PRIVACY_POLICY_MISMATCH',
    `events: got (${name(a)}) and (${name(b)}), expected one unit and one relation`,
  );
}
