import { MAX_NAMED_PAIRS } from '../../protocol/gate-pair.ts';
import type { Lock } from '../../protocol/messages.ts';
import { isMember } from '../committee.ts';
import { compareText } from '../compare.ts';
import { entryDigest } from '../entry.ts';
import { openEvidence, type Received } from '../received.ts';
import type { RoundContext, RoundState } from './types.ts';

export function currentViewChanges(state: RoundState): Received<'view-change'>[] {
  return [...state.viewChanges.values()].filter(({ view }) => view === state.view);
}

/** The lock of the highest view, which the next proposal must repeat; why the highest: LOCK_LOWEST in model/agreement.pml. */
export function highestLock(viewChanges: readonly Received<'view-change'>[]): Lock | null {
  return viewChanges.reduce<Lock | null>((highest, { payload: { lock } }) => {
    return lock !== null && (highest === null || lock.view > highest.view) ? lock : highest;
  }, null);
}

/** From this view on a candidate on which no quorum could agree is rejected rather than tried for ever. */
const UNDECIDED_VIEW = 2;

/**
 * Whether members who would accept may vote for a rejection: keeping the last version is always safe. F+1 members'
 * prepares rejected, one of them an honest member's; or this node has itself seen a view end in which a quorum
 * prepared and not all to accept, since honest members' verdicts rest on their own public data and may be split; or
 * two leaders have failed.
 */
export function mayReject(
  context: RoundContext,
  state: Pick<RoundState, 'view' | 'split'>,
  viewChanges: readonly Received<'view-change'>[],
): boolean {
  return (
    state.split ||
    state.view >= UNDECIDED_VIEW ||
    rejectingIn(context, viewChanges).length > context.committee.faults
  );
}

/** Whether a leader proposes to reject whatever its own verdict: it may, and somebody rejected. */
export function mustReject(
  context: RoundContext,
  state: Pick<RoundState, 'view' | 'split'>,
  viewChanges: readonly Received<'view-change'>[],
): boolean {
  const isRejected = state.split || rejectingIn(context, viewChanges).length > 0;
  return isRejected && mayReject(context, state, viewChanges);
}

/**
 * What a rejection is certified for after the first view: the pairs that F+1 of the rejecting prepares name, so an
 * honest member found each of them worse. None where there are no such pairs.
 */
export function worseIn(
  context: RoundContext,
  viewChanges: readonly Received<'view-change'>[],
): readonly string[] {
  const rejecting = rejectingIn(context, viewChanges).map(({ payload }) => payload.worse ?? []);
  const named = [...new Set(rejecting.flat())].filter(
    (pair) => rejecting.filter((worse) => worse.includes(pair)).length > context.committee.faults,
  );
  return named.sort(compareText).slice(0, MAX_NAMED_PAIRS);
}

/** The last prepares of members, as their view changes carry them, that rejected. */
function rejectingIn(
  { network }: RoundContext,
  viewChanges: readonly Received<'view-change'>[],
): Received<'prepare'>[] {
  return viewChanges.flatMap(({ round, sender, payload }) => {
    if (payload.prepare === null) return [];
    const [prepare] = openEvidence('prepare', network, round, [payload.prepare]);
    return prepare?.sender === sender && prepare.payload.outcome === 'rejected' ? [prepare] : [];
  });
}

/**
 * Whether a view change's evidence holds: its lock stands on a quorum of prepares of one earlier view, and its
 * prepare is the sender's own.
 *
 * @throws MessageError from opening the evidence.
 */
export function isViewChangeSound(context: RoundContext, message: Received<'view-change'>): boolean {
  const { network, committee } = context;
  const { lock, prepare } = message.payload;
  if (prepare !== null) {
    const [own] = openEvidence('prepare', network, message.round, [prepare]);
    if (own?.sender !== message.sender || own.view >= message.view) return false;
  }
  if (lock === null) return true;
  const digest = entryDigest(lock.entry);
  const prepares = openEvidence('prepare', network, message.round, lock.prepares);
  const counted = prepares.filter(
    ({ sender, view, payload }) =>
      view === lock.view && payload.entry === digest && isMember(committee, sender),
  );
  return lock.view < message.view && lock.entry.round === message.round && counted.length >= committee.quorum;
}
