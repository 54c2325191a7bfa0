import { compareText } from '../../../coordinator/compare.ts';
import { acceptedOf } from '../../../coordinator/roll.ts';
import type { NodeId } from '../../../protocol/ids.ts';
import { unpackRows } from '../../../protocol/roster-rows.ts';
import { type Invariant, type InvariantContext, nameOf } from './invariant.ts';

/**
 * No honest node's update is left out that N − q + F + 1 honest members reported in time and held: whichever quorum
 * of reports a leader shows, F + 1 of them name it.
 */
export function inclusion(context: InvariantContext): Invariant {
  const enough = context.size - context.quorum + context.faults + 1;
  const seen = new Map<string, Set<NodeId>>();
  const held = new Map<string, Set<NodeId>>();
  const judged = new Set<number>();
  const roster = context.nodes.map(({ nodeId }) => nodeId).sort(compareText);
  const count = (counts: typeof seen, round: number, rows: Uint8Array, from: NodeId) => {
    for (const { index, digest } of unpackRows(rows)) {
      const key = `${round}/${roster[index]}/${digest}`;
      counts.set(key, (counts.get(key) ?? new Set()).add(from));
    }
  };
  const updates = new Map<string, string>();
  return {
    onSaid: (node, { type, round, sender, payload }) => {
      if (node.isByzantine) return;
      if (type === 'update-header') updates.set(`${round}/${sender}`, payload.digest);
      if (type === 'seal-report') count(seen, round, payload.headers, sender);
      if (type === 'body-report') count(held, round, payload.held, sender);
    },
    onDecided: (_, { certificate, roll }) => {
      const { round } = certificate.entry;
      if (judged.has(round) || roll === undefined) return;
      judged.add(round);
      for (const node of context.nodes) {
        if (node.isByzantine) continue;
        const digest = updates.get(`${round}/${node.nodeId}`);
        const key = `${round}/${node.nodeId}/${digest}`;
        if ((seen.get(key)?.size ?? 0) < enough || (held.get(key)?.size ?? 0) < enough) continue;
        if (!acceptedOf(roll).some((each) => each.node === node.nodeId && each.digest === digest))
          context.report(
            'UPDATE_CENSORED',
            `round ${round}: the update of ${nameOf(context, node)} is left out`,
          );
      }
    },
  };
}
