import { BallastError } from '../../protocol/errors.ts';
import type { Received } from '../received.ts';
import { takeNextBeacon } from './beacon-change.ts';
import { isSealed } from './collect.ts';
import { FRESH_VIEW } from './fresh-view.ts';
import { viewTimeout } from './timeouts.ts';
import { type Turn, withEntry } from './turn.ts';
import type { RoundContext, RoundState } from './types.ts';
import { isViewChangeSound } from './view-changes.ts';

/** Gives up on the current leader: tells all, with the lock, if there is one, and the last prepare. */
export function enterView(turn: Turn, view: number): void {
  const { context, state } = turn;
  const aggregated = new Map([...state.aggregated].filter(([, result]) => result !== 'failed'));
  const split = state.split || isSplit(context, state);
  turn.change({ ...FRESH_VIEW, view, aggregated, split });
  takeNextBeacon(turn);
  turn.emit({
    type: 'broadcast',
    message: 'view-change',
    round: state.round,
    view,
    payload: { lock: state.lock, prepare: state.prepared?.bytes ?? null },
  });
}

/**
 * The time of a view begins once a quorum has sealed, since before that no leader has what to propose: where the only
 * quorum needs a node that was away, the others wait for it in view 0. That of a later view begins once a quorum is in
 * it or beyond, too (Castro and Liskov, Practical Byzantine Fault Tolerance, section 4.5.2). A node that is alone
 * waits where it is: were its views to go on, it would be further ahead than the others ever come, and fewer than F+1
 * such nodes take nobody along.
 */
export function startViewTimer(turn: Turn): void {
  const { context, state } = turn;
  const { round, view } = state;
  if (state.timed || state.beacon === undefined || !isSealed(turn)) return;
  const there = [...state.viewChanges.values()].filter((change) => change.view >= view).length;
  if (view > 0 && there < context.committee.quorum) return;
  turn.change({ timed: true });
  turn.emit({ type: 'start-timer', timer: 'view', round, view, ms: viewTimeout(context, view) });
}

function isSplit({ committee }: RoundContext, { prepares }: RoundState): boolean {
  const isRejected = [...prepares.values()].some(({ payload }) => payload.outcome === 'rejected');
  return isRejected && prepares.size >= committee.quorum;
}

/** Keeps each member's latest view change; F+1 of them for later views take this node along, as far as F+1 are. */
export function onViewChange(turn: Turn, message: Received<'view-change'>): void {
  const { context, state } = turn;
  const known = state.viewChanges.get(message.sender);
  if (message.view < state.view || (known !== undefined && known.view >= message.view)) return;
  if (!isSound(turn, message)) return;
  turn.change({ viewChanges: withEntry(state.viewChanges, message.sender, message) });
  const later = [...turn.state.viewChanges.values()]
    .map(({ view }) => view)
    .filter((view) => view > state.view)
    .sort((a, b) => b - a);
  const reached = later[context.committee.faults];
  if (state.beacon !== undefined && reached !== undefined) enterView(turn, reached);
}

function isSound(turn: Turn, message: Received<'view-change'>): boolean {
  try {
    if (isViewChangeSound(turn.context, message)) return true;
    turn.emit({
      type: 'refused',
      message,
      code: 'VIEW_CHANGE_UNSOUND',
      reason: 'its lock has no quorum of prepares',
    });
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    turn.emit({ type: 'refused', message, code: error.code, reason: error.message });
  }
  return false;
}
