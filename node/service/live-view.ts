import { type Epoch, leaderOf, nodesOf, type RoundState } from '../../coordinator/index.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { ChainJson, CurrentRoundJson, PeersJson, Role } from '../api/index.ts';
import { BAN_SCORE, DISCONNECT_SCORE, type PeerInfo } from '../network/index.ts';
import type { NodeView } from '../runtime/index.ts';

/** Nodes that one list names at most; what is left out is in the counts beside it. */
const MAX_LISTED = 512;
/** Codes of refusals that are told of a peer. */
const MAX_CODES = 64;

/** The round in progress: who has sent, who has reported, who has voted, as far as it was heard here. */
export function currentRoundJson(state: RoundState, { committee, roster }: Epoch): CurrentRoundJson {
  const { round, phase, view, order, headers, sealReports, bodyReports } = state;
  const { prepares, commits, viewChanges } = state;
  return {
    round,
    phase,
    view,
    leader: order.length === 0 ? null : (leaderOf(order, view) ?? null),
    committee: { members: listed(nodesOf(committee)), quorum: committee.quorum, faults: committee.faults },
    roster: { size: roster.nodes.length, nodes: listed(roster.nodes) },
    updates: {
      heard: headers.size,
      items: [...headers].slice(0, MAX_LISTED).map(([node, { digest }]) => {
        const code = state.refused.get(digest) ?? null;
        return { node, code, body: state.held.has(digest) ? 'held' : code === null ? 'unasked' : 'refused' };
      }),
    },
    seals: listed(sealReports.keys()),
    bodies: listed(bodyReports.keys()),
    votes: {
      prepare: listed(prepares.keys()),
      commit: listed(commits.keys()),
      viewChange: listed(viewChanges.keys()),
    },
  };
}

/**
 * The connected peers, the worst score first.
 *
 * @param release this node's own.
 */
export function peersJson(
  peers: readonly PeerInfo[],
  roleOf: (node: NodeId) => Role,
  release: string | undefined,
): PeersJson {
  const items = peers
    .toSorted((a, b) => a.score - b.score || (a.id < b.id ? -1 : 1))
    .slice(0, MAX_LISTED)
    .map(({ id, score, latencyMs, refusals, ...ran }) => ({
      node: id,
      role: roleOf(id),
      score: Math.min(0, Math.round(score * 100) / 100),
      latencyMs: latencyMs ?? null,
      release: ran.release ?? null,
      missingProtocols: [...ran.missingProtocols],
      refusals: Object.entries(refusals)
        .slice(0, MAX_CODES)
        .map(([code, count]) => ({ code, count })),
    }));
  return {
    items,
    connected: peers.length,
    release: release ?? null,
    limits: { disconnect: DISCONNECT_SCORE, ban: BAN_SCORE },
  };
}

/** How this node sees its chain. */
export function chainJson({ document, finalized, clockSkewMs }: NodeView): ChainJson {
  return {
    chain: document.chain,
    finalizedHeight: finalized?.height ?? null,
    lagSeconds: finalized === undefined ? null : Math.max(0, finalized.ageMs / 1_000),
    clockSkewSeconds: clockSkewMs === undefined ? null : clockSkewMs / 1_000,
  };
}

const listed = (nodes: Iterable<NodeId>): NodeId[] => [...nodes].slice(0, MAX_LISTED).sort();
