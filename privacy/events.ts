import { BallastError } from '../protocol/errors.ts';
import { MIN_GRID_VARIANCE } from './discretisation.ts';
import { requireBetween, requireInteger, requireOneOf } from './parameters.ts';
import { checkedPrivacyEvent, type PrivacyEvent } from './privacy-event.ts';

/** Whose data a guarantee hides: one record of a node, the whole node, or nobody's. */
export type PrivacyUnit = 'record' | 'node' | 'none';
export const PRIVACY_UNITS: readonly PrivacyUnit[] = ['record', 'node', 'none'];

/** How two neighbouring inputs differ: one unit more or less, or one unit exchanged for another. */
export type PrivacyRelation = 'add-remove' | 'replace';
export const PRIVACY_RELATIONS: readonly PrivacyRelation[] = ['add-remove', 'replace'];

/** Gaussian sums that were, or are about to be, released. What they cost is for an accountant to say. */
export type GaussianRelease = {
  readonly unit: 'record' | 'node';
  readonly relation: PrivacyRelation;
  /** How far one unit moves the sum in L2 norm, in clip norms: 1 under add-remove, 2 under replace. */
  readonly sensitivity: number;
  /** σ / clip norm, of each coordinate. */
  readonly noiseMultiplier: number;
  /** How many sums, each with noise of its own: the local steps of a round, say. */
  readonly releases: number;
};

/** Any other release from the data of a unit: `releases` times `event`, each with noise of its own. */
export type MechanismRelease = {
  readonly unit: 'record' | 'node';
  readonly relation: PrivacyRelation;
  readonly event: PrivacyEvent;
  readonly releases: number;
};

/** Something released without noise. It costs no budget because it has no guarantee. */
export type UnprotectedRelease = { readonly unit: 'none'; readonly releases: number };

/** What a ledger charges: whose data is covered, how neighbours differ, and what was released. */
export type ReleaseEvent = GaussianRelease | MechanismRelease | UnprotectedRelease;

export const MAX_RELEASES = 2 ** 32;

/** One unit's largest influence on a sum of clipped vectors, in clip norms. @throws BallastError `PRIVACY_PARAMETER` for another relation. */
export function sensitivityOf(relation: PrivacyRelation): number {
  return requireOneOf('relation', relation, PRIVACY_RELATIONS) === 'replace' ? 2 : 1;
}

/**
 * The event of a mechanism whose vectors are clipped to C and whose noise has σ = noiseMultiplier·C.
 *
 * @throws BallastError `PRIVACY_PARAMETER`, also for unit `record` or `node` with a noise multiplier of 0.
 */
export function releaseEvent(options: {
  readonly unit: PrivacyUnit;
  readonly relation: PrivacyRelation;
  readonly noiseMultiplier: number;
  readonly releases: number;
}): ReleaseEvent {
  const { unit, relation, noiseMultiplier, releases } = options;
  requireOneOf('unit', unit, PRIVACY_UNITS);
  requireOneOf('relation', relation, PRIVACY_RELATIONS);
  if (unit === 'none') return checkedEvent({ unit, releases });
  return checkedEvent({ unit, relation, sensitivity: sensitivityOf(relation), noiseMultiplier, releases });
}

/** Whether a release is Gaussian sums, whose cost adds up exactly. */
export function isGaussianRelease(event: ReleaseEvent): event is GaussianRelease {
  return event.unit !== 'none' && !('event' in event);
}

/**
 * What was released, in the words that accountants understand. The sums of a {@link GaussianRelease} are discrete
 * Gaussians of σ = 1024 grid steps, the narrowest that the mechanism allows.
 */
export function privacyEventOf(release: ReleaseEvent): PrivacyEvent {
  if (release.unit === 'none') return { kind: 'unprotected' };
  const event = isGaussianRelease(release) ? gaussianEvent(release) : release.event;
  return release.releases === 1 ? event : { kind: 'repeated', times: release.releases, event };
}

function gaussianEvent({ relation, sensitivity, noiseMultiplier }: GaussianRelease): PrivacyEvent {
  const implied = sensitivityOf(relation);
  // An event knows only the sensitivity of its relation: where the sum moves further, less noise covers it. Rounded down.
  const covered =
    sensitivity === implied ? noiseMultiplier : ((noiseMultiplier * implied) / sensitivity) * (1 - 2 ** -50);
  return {
    kind: 'discrete-gaussian',
    noiseMultiplier: covered,
    gridDeviation: Math.sqrt(Number(MIN_GRID_VARIANCE)),
  };
}

/**
 * The event itself, when every field is in range and the sensitivity is not below what the relation implies.
 *
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function checkedEvent(event: ReleaseEvent): ReleaseEvent {
  requireOneOf('unit', event.unit, PRIVACY_UNITS);
  requireInteger('releases', event.releases, 1, MAX_RELEASES);
  if (event.unit === 'none') return { unit: 'none', releases: event.releases };
  requireOneOf('relation', event.relation, PRIVACY_RELATIONS);
  const { unit, relation, releases } = event;
  if (!isGaussianRelease(event)) return { unit, relation, event: requireObject(event.event), releases };
  const { sensitivity, noiseMultiplier } = event;
  requireBetween('sensitivity', sensitivity, sensitivityOf(relation), 1e9);
  requireBetween('noise multiplier', noiseMultiplier, 1e-6, 1e9);
  return { unit, relation, sensitivity, noiseMultiplier, releases };
}

function requireObject(event: PrivacyEvent): PrivacyEvent {
  if (typeof event !== 'object' || event === null) {
    throw new BallastError('PRIVACY_PARAMETER', `event: got ${String(event)}, expected a privacy event`);
  }
  return checkedPrivacyEvent(event);
}
