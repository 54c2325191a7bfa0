import type { Digest } from '../../protocol/digest.ts';
import { membersInOrder } from '../beacon.ts';
import type { RestoreRequest } from '../restore.ts';
import { FRESH_VIEW } from './fresh-view.ts';
import type { Turn } from './turn.ts';

/**
 * The chain was reorganised: the block that gave the beacon is another. Headers, reports and view changes do not
 * depend on it. Where this node has voted in this view it keeps to its beacon until the view ends; a lock binds
 * beyond that, since the evidence for it does not depend on the order of leaders.
 */
export function replaceBeacon(turn: Turn, beacon: Digest, restore: RestoreRequest | undefined): void {
  const { state } = turn;
  const hasVoted = state.lock !== null || state.prepared?.view === state.view;
  turn.change({ nextBeacon: beacon === state.beacon ? undefined : beacon, nextRestore: restore });
  if (!hasVoted) takeNextBeacon(turn);
}

/** From here on the new order and the new beacon hold; what was proposed under the old ones does not. */
export function takeNextBeacon(turn: Turn): void {
  const { context, state } = turn;
  if (state.nextBeacon === undefined) return;
  turn.change({
    ...FRESH_VIEW,
    beacon: state.nextBeacon,
    nextBeacon: undefined,
    restore: state.nextRestore,
    nextRestore: undefined,
    order: membersInOrder(state.nextBeacon, context.committee),
  });
}
