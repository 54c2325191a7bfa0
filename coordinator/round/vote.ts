import type { Digest } from '../../protocol/digest.ts';
import type { RoundEntry } from '../../protocol/messages.ts';
import { memberIndex } from '../committee.ts';
import { entryDigest, withOutcome } from '../entry.ts';
import { pairsOfEntry } from '../rejection.ts';
import { abortedEntry, candidateEntry, groundsOf, isAggregable } from './basis.ts';
import { knowsNextEpoch } from './hand-over.ts';
import { judge } from './judge.ts';
import { type Turn, withEntry } from './turn.ts';
import type { Basis, Proposed, RoundState } from './types.ts';

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
    payload: { entry: entryDigest(vote), outcome: vote.outcome, ...ownWorse(turn, vote) },
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
  if (!knowsNextEpoch(context, turn.state)) return undefined;
  if (!isAggregable(context, turn.state, basis))
    return matching(proposal, abortedEntry(context, turn.state, basis));
  const judgement = judge(turn, basis);
  if (judgement === undefined) return undefined;
  const { entry, mayReject } = proposal;
  const { verdict } = judgement.judged;
  const worse = proposal.worse ?? judgement.judged.worse;
  const own = candidateEntry(context, turn.state, basis, judgement.aggregated, { verdict, worse });
  if (entry.outcome === 'aborted') return undefined;
  const rejected = matching(proposal, withOutcome(own, 'rejected', worse));
  if (rejected !== undefined && (mayReject || verdict === 'rejected')) return rejected;
  // The same candidate under another verdict, or rejected for another reason of a known form: this node's own stands.
  const pairs = pairsOfEntry(entry);
  const isSame =
    pairs !== undefined && matching(proposal, withOutcome(own, entry.outcome, pairs)) !== undefined;
  return isSame ? own : undefined;
}

/** What this node itself found worse; nothing where it would accept. */
function ownWorse({ state }: Turn, { outcome, candidateDigest }: RoundEntry): { readonly worse?: string[] } {
  const worse = state.verdicts.get(candidateDigest)?.worse ?? [];
  return outcome === 'rejected' && worse.length > 0 ? { worse: [...worse] } : {};
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
  if (state.committed || state.proposal === undefined || state.prepares.size < context.committee.quorum)
    return;
  for (const [digest, entry] of votable(state, state.proposal)) {
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
  if (state.commits.size < context.committee.quorum) return;
  for (const [digest, entry] of votable(state, state.proposal)) {
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

const variants = new WeakMap<RoundEntry, Map<string, RoundEntry>>();

/**
 * What this view's votes can be for, by digest: the proposed entry and, where there is a candidate, the same with the
 * other verdict, for each reason that a member's prepare gives.
 */
function votable(state: RoundState, { entry, worse }: Proposed): ReadonlyMap<Digest, RoundEntry> {
  const entries = [entry];
  if (entry.outcome !== 'aborted') {
    entries.push(variant(entry, 'accepted', []), variant(entry, 'rejected', worse ?? []));
    for (const { payload } of state.prepares.values()) {
      if (payload.outcome === 'rejected') entries.push(variant(entry, 'rejected', payload.worse ?? []));
    }
  }
  return new Map(entries.map((each) => [entryDigest(each), each]));
}

/** The same object each time, so that its digest is computed once. */
function variant(entry: RoundEntry, outcome: 'accepted' | 'rejected', worse: readonly string[]): RoundEntry {
  const known = variants.get(entry) ?? new Map<string, RoundEntry>();
  variants.set(entry, known);
  const key = `${outcome} ${worse.join()}`;
  const made = known.get(key) ?? withOutcome(entry, outcome, worse);
  known.set(key, made);
  return made;
}
