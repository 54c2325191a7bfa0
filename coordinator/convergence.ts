import { BallastError } from '../protocol/errors.ts';

export type ConvergenceOptions = {
  /** Rounds in a row without a gain after which training has converged; at least 3. */
  readonly patience: number;
  /** The least that counts as a gain, as a share of the best loss so far. */
  readonly minGain: number;
  /** How far above the best loss, as a share of it, `patience` rounds in a row may be before training diverges. */
  readonly divergence: number;
};

export const CONVERGENCE_DEFAULTS: ConvergenceOptions = { patience: 3, minGain: 1e-3, divergence: 0.1 };

export type ConvergenceStatus = 'improving' | 'converged' | 'diverged';

/** Where training stands after a round. */
export type Convergence = {
  readonly status: ConvergenceStatus;
  /** The round and loss to compare with: the last that was a gain. */
  readonly best: { readonly round: number; readonly loss: number } | undefined;
  readonly last: { readonly round: number; readonly loss: number } | undefined;
  /** Rounds in a row without a gain. */
  readonly flat: number;
  /** Rounds in a row far above the best loss. */
  readonly rising: number;
};

export const CONVERGENCE_START: Convergence = {
  status: 'improving',
  best: undefined,
  last: undefined,
  flat: 0,
  rising: 0,
};

/**
 * Convergence of a training by the loss of its certified models on public held-out rows: early stopping with patience
 * (Prechelt 1998), a divergence test beside it. The loss is what whoever asks has computed of the certified weights;
 * nothing that a peer says of its own loss has a place here. What has ended stays ended.
 *
 * A best loss of 0 cannot be bettered: rounds after it are flat, or rise as soon as they are above it.
 *
 * @param holdoutLoss of the version after the round, 0 or more; one that is no finite number diverges at once.
 * @throws BallastError `CONVERGENCE_OPTIONS`; `CONVERGENCE_ROUND` for a round that does not follow the last one.
 */
export function observeRound(
  convergence: Convergence,
  { round, holdoutLoss }: { readonly round: number; readonly holdoutLoss: number },
  options: ConvergenceOptions = CONVERGENCE_DEFAULTS,
): Convergence {
  requireOptions(options);
  const { best, last, status } = convergence;
  if (last !== undefined && !(round > last.round)) {
    throw new BallastError('CONVERGENCE_ROUND', `round: got ${round}, expected one after ${last.round}`, {
      metadata: { round, last: last.round },
    });
  }
  if (status !== 'improving') return convergence;
  const own = { round, loss: holdoutLoss };
  if (!Number.isFinite(holdoutLoss)) return { ...convergence, status: 'diverged', last: own };
  if (best === undefined) return { ...convergence, best: own, last: own };
  if (holdoutLoss < best.loss * (1 - options.minGain))
    return { status, best: own, last: own, flat: 0, rising: 0 };
  const flat = convergence.flat + 1;
  const rising = holdoutLoss > best.loss * (1 + options.divergence) ? convergence.rising + 1 : 0;
  return { status: statusOf(flat, rising, options.patience), best, last: own, flat, rising };
}

/** The same over a whole history. @throws as `observeRound`. */
export function convergenceOf(
  history: Iterable<{ readonly round: number; readonly holdoutLoss: number }>,
  options: ConvergenceOptions = CONVERGENCE_DEFAULTS,
): Convergence {
  let convergence = CONVERGENCE_START;
  for (const observed of history) convergence = observeRound(convergence, observed, options);
  return convergence;
}

function statusOf(flat: number, rising: number, patience: number): ConvergenceStatus {
  if (rising >= patience) return 'diverged';
  // A rise is no plateau: it has its own patience first.
  return flat >= patience && rising === 0 ? 'converged' : 'improving';
}

function requireOptions({ patience, minGain, divergence }: ConvergenceOptions): void {
  const isShare = minGain >= 0 && minGain < 1;
  if (Number.isInteger(patience) && patience >= 3 && isShare && divergence > 0) return;
  throw new BallastError(
    'CONVERGENCE_OPTIONS',
    `convergence: got patience ${patience}, minGain ${minGain}, divergence ${divergence}, expected a whole number from 3, a share in [0, 1) and one above 0`,
    { metadata: { patience, minGain, divergence } },
  );
}
