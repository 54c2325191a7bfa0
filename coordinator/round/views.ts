import { BallastError } from '../../protocol/errors.ts';
import type { Received } from '../received.ts';
import { takeNextBeacon } from './beacon-change.ts';
import { FRESH_VIEW } from './fresh-view.ts';
import { viewTimeout } from './timeouts.ts';
import { type Turn, withEntry } from './turn.ts';
import { isViewChangeSound } from './view-changes.ts';

/** Gives up on the current leader: tells all, with the lock, if there is one, and the last prepare. */
export function enterView(turn: Turn, view: number): void {
  const { context, state } = turn;
  const aggregated = new Map([...state.aggregated].filter(([, result]) => result !== 'failed'));
  turn.change({ ...FRESH_VIEW, view, aggregated });
  takeNextBeacon(turn);
  turn.emit(
    {
      type: 'broadcast',
      message: 'view-change',
      round: state.round,
      view,
      payload: { lock: state.lock, prepare: state.prepared?.bytes ?? null },
    },
    { type: 'start-timer', timer: 'view', round: state.round, view, ms: viewTimeout(context, view) },
  );
}

/** Keeps each member's latest view change; F+1 of them for later views take this node along. */
export function onViewChange(turn: Turn, message: Received<'view-change'>): void {
  const { context, state } = turn;
  const known = state.viewChanges.get(message.sender);
  if (message.view < state.view || (known !== undefined && known.view >= message.view)) return;
  if (!isSound(turn, message)) return;
  turn.change({ viewChanges: withEntry(state.viewChanges, message.sender, message) });
  const later = [...turn.state.viewChanges.values()]
    .map(({ view }) => view)
    .filter((view) => view > state.view);
  if (state.beacon !== undefined && later.length > context.committee.faults)
    enterView(turn, Math.min(...later));
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
