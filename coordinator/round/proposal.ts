import { type Digest, unpackDigests } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { MessageType } from '../../protocol/message-types.ts';
import { leaderOf } from '../beacon.ts';
import { isMember } from '../committee.ts';
import { entryDigest } from '../entry.ts';
import { type AnyReceived, type Received, requireEvidence } from '../received.ts';
import { checkedOffences } from './offences.ts';
import { sharedBasis } from './shared-basis.ts';
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
  const known = heardBy(turn);
  const named = evidenceOf(message);
  const missing = named.filter((digest) => !known.has(digest));
  if (missing.length > 0) {
    const { round, view } = state;
    if (state.awaited?.digest === message.digest) return;
    turn.change({ awaited: message });
    turn.emit({ type: 'fetch-evidence', round, view, from: message.sender, digests: missing });
    return;
  }
  take(turn, message, known);
}

/** What this node had not heard of a proposal's evidence is here; none where the leader did not serve it. */
export function onEvidence(turn: Turn, view: number, messages: readonly AnyReceived[]): void {
  const { awaited, proposal } = turn.state;
  if (view !== turn.state.view || awaited === undefined || proposal !== undefined) return;
  turn.change({ awaited: undefined });
  const known = heardBy(turn);
  for (const message of messages) known.set(message.digest, message);
  if (evidenceOf(awaited).every((digest) => known.has(digest))) take(turn, awaited, known);
  else turn.emit(refusal(awaited, 'PROPOSAL_EVIDENCE', 'its leader does not serve what it rests on'));
}

function take(turn: Turn, message: Received<'proposal'>, known: ReadonlyMap<Digest, AnyReceived>): void {
  try {
    const proposal = supported(turn, message, known);
    turn.change({ proposal, bases: withBasis(turn.state.bases, proposal.basis) });
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    turn.emit(refusal(message, error.code, error.message));
  }
}

function evidenceOf({ payload, view }: Received<'proposal'>): Digest[] {
  const { headers, sealReports, bodyReports, viewChanges } = payload;
  return [headers, sealReports, bodyReports, ...(view === 0 ? [] : [viewChanges])].flatMap(unpacked);
}

const lists = new WeakMap<Uint8Array, readonly Digest[]>();

/** A proposal names a thousand messages, and everybody who gets it looks at all of them twice. */
function unpacked(packed: Uint8Array): readonly Digest[] {
  const known = lists.get(packed) ?? unpackDigests(packed);
  lists.set(packed, known);
  return known;
}

function heardBy({ state }: Turn): Map<Digest, AnyReceived> {
  const { headers, sealReports, bodyReports, viewChanges } = state;
  const heard = [headers, sealReports, bodyReports, viewChanges].flatMap((each) => [...each.values()]);
  return new Map(heard.map((message) => [message.digest, message as AnyReceived]));
}

/** The last few, so that a leader's many views fill nothing. */
const MAX_BASES = 8;

function withBasis(bases: readonly Basis[], basis: Basis | undefined): readonly Basis[] {
  return basis === undefined ? bases : [basis, ...bases].slice(0, MAX_BASES);
}

function refusal(message: Received<'proposal'>, code: string, reason: string) {
  return { type: 'refused' as const, message, code, reason };
}

/** @throws BallastError `PROPOSAL_UNSUPPORTED`, `PROPOSAL_LOCK_BROKEN`, or from opening the evidence. */
function supported(
  turn: Turn,
  message: Received<'proposal'>,
  known: ReadonlyMap<Digest, AnyReceived>,
): Proposed {
  const { context, state } = turn;
  const { committee, roster } = context;
  const { standing } = state;
  if (standing === undefined)
    throw new BallastError('PROPOSAL_UNSUPPORTED', 'proposal: everybody’s standing is not known here yet');
  const { entry, ...evidence } = message.payload;
  const named = <Type extends MessageType>(type: Type, digests: Uint8Array) =>
    requireEvidence(
      type,
      state.round,
      unpacked(digests).flatMap((digest) => known.get(digest) ?? []),
    );
  const open = <Type extends 'view-change' | 'seal-report' | 'body-report'>(
    type: Type,
    digests: Uint8Array,
  ) => {
    const messages = named(type, digests);
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
  const basis = sharedBasis(
    context,
    state.head.nextBeaconHeight,
    named('update-header', evidence.headers).filter(({ sender }) => roster.places.has(sender)),
    open('seal-report', evidence.sealReports),
    open('body-report', evidence.bodyReports),
    { beacon: state.beacon ?? '', standing, offences: checkedOffences(state, standing, entry) },
  );
  if (basis === undefined)
    throw new BallastError('PROPOSAL_UNSUPPORTED', 'proposal: a sealed header is missing');
  const worse = state.view === 0 ? undefined : worseIn(context, viewChanges);
  return { entry, basis, mayReject: mayReject(context, state, viewChanges), worse };
}
