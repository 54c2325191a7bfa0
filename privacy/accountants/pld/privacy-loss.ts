import { BallastError } from '../../../protocol/errors.ts';
import type { PrivacyRelation } from '../../events.ts';
import { requireBetween, requireInteger } from '../../parameters.ts';
import { checkedPrivacyEvent, type PrivacyEvent } from '../../privacy-event.ts';
import { unsupported } from '../accountant.ts';
import { composeLosses } from './compose.ts';
import type { ComposedLoss } from './composed-loss.ts';
import type { ComposedPart } from './cumulant.ts';
import { discretise, gridPoints, type PrivacyLossDistribution } from './distribution.ts';
import { partsOf } from './event-parts.ts';
import { gaussianPair } from './gaussian-pair.ts';
import type { LossDirection } from './sampled-pair.ts';
import type { Aim } from './window.ts';

const MAX_POINTS = 2 ** 22;

export type DistributionOptions = {
  /** The step of the loss grid, 1e-12 to 1. */
  readonly interval: number;
  /** P that may be cut off on either side; 1e-20 where left out. */
  readonly tail?: number;
  /** `upper` (where left out) or `lower`. */
  readonly bound?: 'upper' | 'lower';
};

/**
 * The privacy loss distribution of one release on a grid, for {@link selfCompose} and {@link composeDistributions};
 * `createPldAccountant` chooses grids by itself.
 *
 * @throws BallastError `PRIVACY_EVENT_UNSUPPORTED` also for an event made of several, a failure or an unprotected
 *   one; `PRIVACY_PARAMETER`, also when the grid has more than 2^22 points.
 */
export function privacyLossDistribution(
  event: PrivacyEvent,
  relation: PrivacyRelation,
  direction: LossDirection,
  options: DistributionOptions,
): PrivacyLossDistribution {
  const interval = requireBetween('interval', options.interval, 1e-12, 1);
  const logTail = Math.log(requireBetween('tail', options.tail ?? 1e-20, 1e-290, 0.5));
  const parts = partsOf(checkedPrivacyEvent(event), relation);
  if (typeof parts === 'string') throw unsupported({ name: 'pld', relation }, event, parts);
  const part = parts[0];
  if (parts.length !== 1 || (part?.kind !== 'loss' && part?.kind !== 'gaussian') || part.times !== 1) {
    throw unsupported({ name: 'pld', relation }, event, 'it is not one release with a loss of its own');
  }
  const pair = part.kind === 'gaussian' ? gaussianPair(part.mu) : part.pair(direction);
  const points = gridPoints(pair, { interval, logTail });
  if (!(points <= MAX_POINTS)) {
    throw new BallastError(
      'PRIVACY_PARAMETER',
      `interval: got ${interval}, which makes ${points} points, expected ${MAX_POINTS} at most`,
      { hint: 'take a larger interval' },
    );
  }
  return discretise(pair, { interval, logTail, bound: options.bound ?? 'upper' });
}

/**
 * The loss of `times` copies, each with noise of its own.
 *
 * @param aim the δ (as its logarithm) or ε that answers are wanted for; see {@link composeDistributions}.
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function selfCompose(distribution: PrivacyLossDistribution, times: number, aim: Aim): ComposedLoss {
  return composeDistributions([{ distribution, times }], aim);
}

/**
 * The loss of several releases, each with copies, looked at near an aim: further off the answers stay bounds, but
 * lose accuracy.
 *
 * @throws BallastError `PRIVACY_PARAMETER` for no parts, parts of different intervals or bounds, or a window of more
 *   than 2^22 points.
 */
export function composeDistributions(parts: readonly ComposedPart[], aim: Aim): ComposedLoss {
  const head = parts[0]?.distribution;
  const alike = ({ distribution }: ComposedPart) =>
    distribution.interval === head?.interval && distribution.bound === head.bound;
  if (head === undefined || !parts.every(alike)) {
    throw refused('parts', parts.length === 0 ? 'none' : 'different intervals or bounds', 'one of each');
  }
  for (const { times } of parts) requireInteger('times', times, 1, 2 ** 32);
  if (!Number.isFinite('logDelta' in aim ? aim.logDelta : aim.epsilon)) {
    throw refused('aim', JSON.stringify(aim), 'a finite number');
  }
  const composed = composeLosses(parts, aim, MAX_POINTS);
  if (composed === undefined) {
    throw refused('interval', String(head.interval), `a window of at most ${MAX_POINTS} points`);
  }
  return composed;
}

function refused(name: string, got: string, expected: string): BallastError {
  return new BallastError('PRIVACY_PARAMETER', `${name}: got ${got}, expected ${expected}`);
}
