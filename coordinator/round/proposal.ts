import { BallastError } from '../../protocol/errors.ts';
import { leaderOf } from '../beacon.ts';
import { isMember } from '../committee.ts';
import { entryDigest } from '../entry.ts';
import { openEvidence, type Received } from '../received.ts';
import { basisOf } from './basis.ts';
import type { Turn } from './turn.ts';
import type { Basis, Proposed } from './types.ts';
import { highestLock, isViewChangeSound, mayReject, worseIn } from './view-changes.ts';

/** Takes the proposal of this view's leader if its evidence holds; the entry itself is recomputed later. */
export function onProposal(turn: Turn, message: Received<'proposal'>): void {
  const { state } = turn;
  if (state.beacon === undefined || state.proposal !== undefined) return;
  if (message.sender !== leaderOf(state.order, state.view)) {
    turn.emit(refusal(message, 'PROPOSAL_NOT_LEADER', 'the sender does not lead this view'));
    return;
  }
  try {
    const proposal = supported(turn, message);
    turn.change({ proposal, bases: withBasis(state.bases, proposal.basis) });
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    turn.emit(refusal(message, error.code, error.message));
  }
}

/** The last few, so that a leader's many views fill nothing. */
const MAX_BASES = 8;

function withBasis(bases: readonly Basis[], basis: Basis | undefined): readonly Basis[] {
  return basis === undefined ? bases : [basis, ...bases].slice(0, MAX_BASES);
}

export function refusal(message: Received<'proposal'>, code: string, reason: string) {
  return { type: 'refused' as const, message, code, reason };
}

/** @throws BallastError `PROPOSAL_UNSUPPORTED`, `PROPOSAL_LOCK_BROKEN`, or from opening the evidence. */
function supported(turn: Turn, message: Received<'proposal'>): Proposed {
  const { context, state } = turn;
  const { network, committee } = context;
  const { standing } = state;
  if (standing === undefined)
    throw new BallastError('PROPOSAL_UNSUPPORTED', 'proposal: everybody’s standing is not known here yet');
  const { entry, ...evidence } = message.payload;
  const open = <Type extends 'view-change' | 'seal-report' | 'body-report'>(
    type: Type,
    bytes: readonly Uint8Array[],
  ) => {
    const messages = openEvidence(type, network, state.round, bytes);
    const members = messages.filter(({ sender }) => isMember(committee, sender));
    if (members.length < committee.quorum) {
      throw new BallastError(
        'PROPOSAL_UNSUPPORTED',
        `proposal: got ${members.length} of ${type}, expected ${committee.quorum}`,
      );
    }
    return members;
  };

  const viewChanges = state.view === 0 ? [] : open('view-change', evidence.viewChanges);
  if (!viewChanges.every((change) => change.view === state.view && isViewChangeSound(context, change))) {
    throw new BallastError(
      'PROPOSAL_UNSUPPORTED',
      'proposal: a view change of another view, or with an unsound lock',
    );
  }
  const lock = highestLock(viewChanges);
  if (lock !== null) {
    if (entryDigest(lock.entry) !== entryDigest(entry)) {
      throw new BallastError(
        'PROPOSAL_LOCK_BROKEN',
        'proposal: another entry than the one a quorum prepared',
      );
    }
    return { entry, basis: undefined, mayReject: false, worse: undefined };
  }
  const basis = basisOf(
    context,
    state.head.nextBeaconHeight,
    openEvidence('update-header', network, state.round, evidence.headers),
    open('seal-report', evidence.sealReports),
    open('body-report', evidence.bodyReports),
    { standing, offences: [] },
  );
  if (basis === undefined)
    throw new BallastError('PROPOSAL_UNSUPPORTED', 'proposal: a sealed header is missing');
  const worse = state.view === 0 ? undefined : worseIn(context, viewChanges);
  return { entry, basis, mayReject: mayReject(context, state, viewChanges), worse };
}
