import { leaderOf } from '../../../coordinator/beacon.ts';
import { entryDigest, withOutcome } from '../../../coordinator/entry.ts';
import type { Received } from '../../../coordinator/received.ts';
import type { Digest } from '../../../protocol/digest.ts';
import type { RoundEntry } from '../../../protocol/messages.ts';
import type { WorldNode } from '../world-node.ts';
import { type Invariant, type InvariantContext, nameOf } from './invariant.ts';
import { Prepares } from './prepares.ts';

/**
 * An honest node prepares what the view's leader proposed with either verdict, and of that only what it has computed
 * itself, or what a quorum prepared in an earlier view of the round.
 *
 * @param fewestUpdates with fewer a round is aborted, with as many or more it is not.
 */
export function recomputation(context: InvariantContext, fewestUpdates: number): Invariant {
  /** What was proposed in a view by a node; a liar that leads tells several stories. */
  const proposed = new Map<string, RoundEntry[]>();
  const prepares = new Prepares(context);
  const computed = new Set<string>();
  /** What prepares of a round name as worse. */
  const names = new Map<number, Set<string>>();

  const hasQuorumBefore = (round: number, view: number, digest: Digest) => {
    for (let v = 0; v < view; v++) if (prepares.count(round, v, digest) >= context.quorum) return true;
    return false;
  };

  const check = (node: WorldNode, { round, view, sender, payload }: Received<'prepare'>) => {
    const who = `${nameOf(context, node)} prepares in round ${round}, view ${view}`;
    const { state } = node;
    if (state?.round !== round || state.order.length === 0) return;
    const told = proposed.get(`${round}/${view}/${leaderOf(state.order, view)}`) ?? [];
    const proposal = told.find((entry) => isVariant(entry, payload, names.get(round) ?? new Set()));
    if (proposal === undefined)
      context.report('PREPARE_WITHOUT_LEADER', `${who} what its leader has not proposed`);
    else if (!hasQuorumBefore(round, view, payload.entry)) {
      const isComputed = computed.has(`${sender}/${round}/${proposal.candidateDigest}`);
      const isTooFew = proposal.outcome === 'aborted' && proposal.updates.accepted < fewestUpdates;
      if (!isComputed && !isTooFew) context.report('PREPARE_UNFOUNDED', `${who} what it has not computed`);
    }
  };

  return {
    onAggregated: (node, round, { candidateDigest }) => {
      computed.add(`${node.nodeId}/${round}/${candidateDigest}`);
    },
    onSaid: (node, message) => {
      const { type, round, view, sender } = message;
      if (type === 'proposal') {
        const key = `${round}/${view}/${sender}`;
        proposed.set(key, [...(proposed.get(key) ?? []), message.payload.entry]);
      }
      prepares.hear(message);
      if (type !== 'prepare') return;
      const named = names.get(round) ?? new Set<string>();
      for (const name of message.payload.worse ?? []) named.add(name);
      names.set(round, named);
      if (!node.isByzantine) check(node, message);
    },
  };
}

/** Names of pairs that a round's reasons are looked for among; the simulated gates know three. */
const MAX_NAMES = 6;

/** Whether a vote is for the entry, or for it with another verdict, for a reason made of names that were said. */
function isVariant(
  entry: RoundEntry,
  { entry: digest, outcome }: Received<'prepare'>['payload'],
  names: ReadonlySet<string>,
): boolean {
  if (entryDigest(entry) === digest) return true;
  if (entry.outcome === 'aborted') return false;
  if (outcome !== 'rejected') return entryDigest(withOutcome(entry, 'accepted')) === digest;
  return subsets([...names].sort().slice(0, MAX_NAMES)).some(
    (worse) => entryDigest(withOutcome(entry, 'rejected', worse)) === digest,
  );
}

function subsets(names: readonly string[]): string[][] {
  return names.reduce<string[][]>((all, name) => all.concat(all.map((each) => [...each, name])), [[]]);
}
