import { leaderOf } from '../../../coordinator/beacon.ts';
import { entryDigest } from '../../../coordinator/entry.ts';
import type { Digest } from '../../../protocol/digest.ts';
import type { NodeId } from '../../../protocol/ids.ts';
import type { RoundEntry } from '../../../protocol/messages.ts';
import { bothOutcomes } from '../behaviours/notebook.ts';
import { type Invariant, type InvariantContext, nameOf } from './invariant.ts';

/**
 * An honest node prepares what the view's leader proposed with either verdict, and of that only what it has computed
 * itself, or what a quorum prepared in an earlier view of the round.
 *
 * @param fewestUpdates with fewer a round is aborted, with as many or more it is not.
 */
export function recomputation(context: InvariantContext, fewestUpdates: number): Invariant {
  const entries = new Map<Digest, RoundEntry>();
  /** Who proposed an entry or its other outcome in a view. */
  const proposers = new Map<string, Set<NodeId>>();
  /** Who prepared an entry in a view. */
  const prepared = new Map<string, Set<NodeId>>();
  const computed = new Set<string>();

  const hasQuorumBefore = (round: number, view: number, digest: Digest) => {
    for (let v = 0; v < view; v++)
      if ((prepared.get(`${round}/${v}/${digest}`)?.size ?? 0) >= context.quorum) return true;
    return false;
  };

  return {
    onAggregated: (node, round, { candidateDigest }) => {
      computed.add(`${node.nodeId}/${round}/${candidateDigest}`);
    },
    onSaid: (node, message) => {
      const { type, round, view, sender, payload } = message;
      if (type === 'proposal') {
        for (const entry of bothOutcomes(payload.entry)) {
          const digest = entryDigest(entry);
          entries.set(digest, entry);
          addTo(proposers, `${round}/${view}/${digest}`, sender);
        }
      }
      if (type !== 'prepare') return;
      addTo(prepared, `${round}/${view}/${payload.entry}`, sender);
      if (node.isByzantine) return;
      const who = `${nameOf(context, node)} prepares in round ${round}, view ${view}`;
      const { state } = node;
      if (state?.round === round && state.order.length > 0) {
        const leader = leaderOf(state.order, view);
        if (proposers.get(`${round}/${view}/${payload.entry}`)?.has(leader) !== true)
          context.report('PREPARE_WITHOUT_LEADER', `${who} what its leader has not proposed`);
      }
      const entry = entries.get(payload.entry);
      if (entry === undefined) context.report('PREPARE_UNFOUNDED', `${who} what nobody has proposed`);
      else if (!hasQuorumBefore(round, view, payload.entry)) {
        const isComputed = computed.has(`${sender}/${round}/${entry.candidateDigest}`);
        const isTooFew = entry.outcome === 'aborted' && entry.updates.accepted < fewestUpdates;
        if (!isComputed && !isTooFew) context.report('PREPARE_UNFOUNDED', `${who} what it has not computed`);
      }
    },
  };
}

function addTo(map: Map<string, Set<NodeId>>, key: string, node: NodeId): void {
  const nodes = map.get(key) ?? new Set<NodeId>();
  map.set(key, nodes.add(node));
}
