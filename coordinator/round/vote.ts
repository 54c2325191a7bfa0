import type { Digest } from '../../protocol/digest.ts';
import type { Outcome, RoundEntry } from '../../protocol/messages.ts';
import { memberIndex } from '../committee.ts';
import { entryDigest, withOutcome } from '../entry.ts';
import { abortedEntry, candidateEntry, groundsOf, isAggregable } from './basis.ts';
import { judge } from './judge.ts';
import { type Turn, withEntry } from './turn.ts';
import type { Basis, Proposed } from './types.ts';

/**
 * Prepares the proposed entry when this node computes the same one. Where only the verdict differs it prepares
 * the same entry with its own verdict, so that a rejection is certified like an acceptance.
 */
export function prepare(turn: Turn): void {
  const { proposal, prepared, view, round } = turn.state;
  if (proposal === undefined || prepared?.view === view) return;
  const vote = proposal.basis === undefined ? proposal.entry : recomputed(turn, proposal, proposal.basis);
  if (vote === undefined) return;
  turn.change({ phase: 'evaluated' });
  keepRoll(turn, vote);
  turn.emit({
    type: 'broadcast',
    message: 'prepare',
    round,
    view,
    payload: { entry: entryDigest(vote), outcome: vote.outcome },
  });
}

/** Whoever prepares what it has computed can give out the roll, whatever happens to the others. */
function keepRoll(turn: Turn, entry: RoundEntry): void {
  const { rolls, round } = turn.state;
  const roll = groundsOf(turn.state, entry)?.roll;
  if (roll === undefined || rolls.has(entry.updates.root)) return;
  turn.change({ rolls: withEntry(rolls, entry.updates.root, roll) });
  turn.emit({ type: 'store-roll', round, roll });
}

/** The entry to vote for; undefined while it is being computed, or when the proposal is another. */
function recomputed(turn: Turn, proposal: Proposed, basis: Basis): RoundEntry | undefined {
  const { context } = turn;
  if (!isAggregable(context, basis)) return matching(proposal, abortedEntry(context, turn.state, basis));
  const judged = judge(turn, basis);
  if (judged === undefined) return undefined;
  const own = candidateEntry(context, turn.state, basis, judged.aggregated, judged.verdict);
  const isOutcome = (outcome: Outcome) => proposal.entry.outcome === outcome;
  if (isOutcome('aborted') || isOutcome(judged.verdict)) return matching(proposal, own);
  const other = withOutcome(own, judged.verdict === 'accepted' ? 'rejected' : 'accepted');
  if (matching(proposal, other) === undefined) return undefined;
  return isOutcome('rejected') && proposal.mayReject ? other : own;
}

/** A wrong proposal gets no vote; the next leader takes over when the view ends. */
function matching(proposal: Proposed, expected: RoundEntry): RoundEntry | undefined {
  return entryDigest(expected) === entryDigest(proposal.entry) ? expected : undefined;
}

/**
 * A quorum of prepares locks: from here on this node votes for nothing else unless a quorum shows it may. Every
 * schedule of votes, locks and view changes is explored in model/agreement.pml.
 */
export function commit(turn: Turn): void {
  const { context, state } = turn;
  if (state.committed || state.proposal === undefined) return;
  for (const [digest, entry] of votable(state.proposal.entry)) {
    const prepares = [...state.prepares.values()].filter(({ payload }) => payload.entry === digest);
    if (prepares.length < context.committee.quorum) continue;
    const lock = { view: state.view, entry, prepares: prepares.map(({ bytes }) => bytes) };
    turn.change({ committed: true, lock });
    turn.emit(
      { type: 'store-lock', round: state.round, lock },
      { type: 'broadcast', message: 'commit', round: state.round, view: state.view, payload: { entry } },
    );
    return;
  }
}

/** A quorum of valid commits is a certificate. */
export function certify(turn: Turn): void {
  const { context, state } = turn;
  if (state.proposal === undefined || state.checkingCommits) return;
  for (const [digest, entry] of votable(state.proposal.entry)) {
    const commits = [...state.commits.values()].filter(({ payload }) => payload.entry === digest);
    const valid = commits.filter((message) => state.validCommits.has(message.digest));
    if (valid.length >= context.committee.quorum) {
      turn.emit({
        type: 'check-certificate',
        certificate: {
          entry,
          view: state.view,
          signatures: valid
            .map(({ sender, payload }) => ({
              index: memberIndex(context.committee, sender),
              signature: payload.signature,
            }))
            .sort((a, b) => a.index - b.index),
        },
      });
      turn.change({ checkingCommits: true });
      return;
    }
    const unchecked = commits.filter((message) => !state.validCommits.has(message.digest));
    if (commits.length >= context.committee.quorum && unchecked.length > 0) {
      turn.change({ checkingCommits: true });
      turn.emit({ type: 'check-commits', round: state.round, entry, view: state.view, commits: unchecked });
      return;
    }
  }
}

const siblings = new WeakMap<RoundEntry, readonly RoundEntry[]>();

/** The proposed entry and, where there is a candidate, the one with the other verdict, by digest. */
function votable(entry: RoundEntry): (readonly [Digest, RoundEntry])[] {
  const both = siblings.get(entry) ?? bothOutcomes(entry);
  siblings.set(entry, both);
  return both.map((each) => [entryDigest(each), each]);
}

function bothOutcomes(entry: RoundEntry): readonly RoundEntry[] {
  return entry.outcome === 'aborted'
    ? [entry]
    : [withOutcome(entry, 'accepted'), withOutcome(entry, 'rejected')];
}
