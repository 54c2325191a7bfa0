import { type Digest, packDigests } from '../../protocol/digest.ts';
import type { RoundEntry } from '../../protocol/messages.ts';
import { leaderOf } from '../beacon.ts';
import { abortedEntry, candidateEntry, isAggregable } from './basis.ts';
import { knowsNextEpoch } from './hand-over.ts';
import { judge } from './judge.ts';
import { offencesToName } from './offences.ts';
import { sharedBasis } from './shared-basis.ts';
import type { Turn } from './turn.ts';
import type { Basis } from './types.ts';
import { currentViewChanges, highestLock, mustReject, worseIn } from './view-changes.ts';

/** The leader of a view proposes once: the entry a quorum may be locked on, or a new one from the reports. */
export function propose(turn: Turn): void {
  const { context, state } = turn;
  if (state.beacon === undefined || state.proposed || leaderOf(state.order, state.view) !== context.self)
    return;

  const viewChanges = currentViewChanges(state);
  if (state.view > 0 && viewChanges.length < context.committee.quorum) return;
  const lock = highestLock(viewChanges);
  if (lock !== null) {
    broadcastProposal(turn, lock.entry, undefined);
    return;
  }
  const basis = state.draft ?? settledBasis(turn);
  if (basis === undefined || !knowsNextEpoch(context, state)) return;
  turn.change({ draft: basis });
  if (!isAggregable(context, state, basis)) {
    broadcastProposal(turn, abortedEntry(context, state, basis), basis);
    return;
  }
  const own = judge(turn, basis);
  if (own === undefined) return;
  const verdict = mustReject(context, state, viewChanges) ? 'rejected' : own.judged.verdict;
  const worse = state.view === 0 ? own.judged.worse : worseIn(context, viewChanges);
  const judged = { verdict, worse };
  broadcastProposal(turn, candidateEntry(context, turn.state, basis, own.aggregated, judged), basis);
}

/**
 * The reports so far, when all are here, or a quorum of them and no time is left for the others. In a later view none
 * is: a quorum has given up on a leader, while one that was away counts its own time from its return.
 */
function settledBasis(turn: Turn): Basis | undefined {
  const { context, state } = turn;
  const { standing } = state;
  if (standing === undefined) return undefined;
  const { members, quorum } = context.committee;
  const fewest = Math.min(state.sealReports.size, state.bodyReports.size);
  const isOver = state.fetchTimedOut || state.view > 0;
  if (fewest < quorum || (fewest < members.length && !isOver)) return undefined;
  return sharedBasis(
    context,
    state.head.nextBeaconHeight,
    [...state.headers.values()],
    [...state.sealReports.values()],
    [...state.bodyReports.values()],
    { beacon: state.beacon ?? '', standing, offences: offencesToName(state, standing) },
  );
}

function broadcastProposal(turn: Turn, entry: RoundEntry, basis: Basis | undefined): void {
  const { round, view } = turn.state;
  const viewChanges = view === 0 ? [] : currentViewChanges(turn.state);
  const { headers = [], sealReports = [], bodyReports = [] } = basis ?? {};
  const named = (messages: readonly { digest: Digest }[]) =>
    packDigests(messages.map(({ digest }) => digest));
  turn.change({ proposed: true });
  turn.emit(
    {
      type: 'serve-evidence',
      round,
      messages: [...headers, ...sealReports, ...bodyReports, ...viewChanges],
    },
    {
      type: 'broadcast',
      message: 'proposal',
      round,
      view,
      payload: {
        entry,
        headers: named(headers),
        sealReports: named(sealReports),
        bodyReports: named(bodyReports),
        viewChanges: named(viewChanges),
      },
    },
  );
}
