import type { NodeId } from '../../../protocol/ids.ts';
import { type Invariant, type InvariantContext, nameOf } from './invariant.ts';

type Held = { readonly round: number; readonly view: number };

/**
 * In its round an honest node's lock is never lost and never replaced by one of an earlier view; after a crash it is
 * at least that of every commit vote which left the node, and its view changes show it.
 */
export function locks(context: InvariantContext): Invariant {
  const committed = new Map<NodeId, Held>();
  return {
    onSaid: (node, { type, round, view, payload }) => {
      if (node.isByzantine) return;
      const known = committed.get(node.nodeId);
      if (type === 'view-change') {
        // One that is said again after a restart may be older than the lock.
        const isOwed = known?.round === round && known.view < view;
        if (isOwed && (payload.lock?.view ?? -1) < known.view)
          context.report(
            'LOCK_HIDDEN',
            `${nameOf(context, node)}, round ${round}: its view change to ${view} lacks its lock`,
          );
      }
      if (type !== 'commit') return;
      const isHigher =
        known === undefined || known.round < round || (known.round === round && known.view < view);
      if (isHigher) committed.set(node.nodeId, { round, view });
    },
    onState: (node, { round, lock }, before) => {
      const least: Held[] = [];
      const said = committed.get(node.nodeId);
      if (said?.round === round) least.push(said);
      if (before?.round === round && before.lock !== null) least.push({ round, view: before.lock.view });
      for (const { view } of least) {
        if (lock !== null && lock.view >= view) continue;
        const now = lock === null ? 'none' : `that of view ${lock.view}`;
        context.report(
          'LOCK_LOST',
          `${nameOf(context, node)}, round ${round}: its lock was of view ${view} and is ${now}`,
        );
      }
    },
  };
}
