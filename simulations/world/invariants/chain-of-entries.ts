import { type Head, headAfter } from '../../../coordinator/entry.ts';
import type { NodeId } from '../../../protocol/ids.ts';
import { type Invariant, type InvariantContext, nameOf } from './invariant.ts';

/**
 * Each honest node's log grows by one round at a time, each entry names the one before, versions go up by one where a
 * candidate is accepted and stay where none is; and what was in the log is there after a crash.
 */
export function chainOfEntries(context: InvariantContext): Invariant {
  const last = new Map<NodeId, Head>();
  return {
    onDecided: (node, { certificate: { entry } }) => {
      const before = last.get(node.nodeId);
      last.set(node.nodeId, headAfter(entry));
      const who = `${nameOf(context, node)}, round ${entry.round}`;
      const isNext = entry.round === (before?.round ?? 0) + 1;
      if (!isNext || (before !== undefined && entry.parent !== before.entry))
        context.report('LOG_UNLINKED', `${who}: does not follow round ${before?.round ?? 0}`);
      const isAccepted = entry.outcome === 'accepted';
      const [base, model] = [before?.version ?? 0, before?.modelDigest ?? entry.baseDigest];
      const isRight =
        entry.baseVersion === base &&
        entry.baseDigest === model &&
        entry.version === base + (isAccepted ? 1 : 0) &&
        entry.modelDigest === (isAccepted ? entry.candidateDigest : model);
      if (!isRight) context.report('VERSION_WRONG', `${who}: version ${entry.version} on version ${base}`);
    },
    onState: (node, { head }, before) => {
      const round = last.get(node.nodeId)?.round ?? 0;
      // The power may go when a round is on disk and before the node has said so.
      if (before === undefined && head.round === round + 1) last.set(node.nodeId, head);
      if (head.round < round)
        context.report(
          'LOG_LOST',
          `${nameOf(context, node)}: its log ended in round ${round}, now in ${head.round}`,
        );
    },
  };
}
