import { entryDigest } from '../../../coordinator/entry.ts';
import { roundKey } from '../../../coordinator/keys.ts';
import { decodeCanonical } from '../../../protocol/encoding.ts';
import { REPEATABLE } from '../../../protocol/message-types.ts';
import type { Lock } from '../../../protocol/messages.ts';
import { type Invariant, type InvariantContext, nameOf } from './invariant.ts';

/**
 * Nothing is sent before it is on disk: a vote itself, the sequence number of everything, and under a commit vote
 * the lock that it follows from.
 */
export function durability(context: InvariantContext): Invariant {
  return {
    onSaid: (node, message) => {
      if (node.isByzantine) return;
      const { type, round, view, seq, bytes } = message;
      const what = `${nameOf(context, node)}: ${type} of round ${round}, view ${view}`;
      const sequence = node.peek('sequence');
      if (sequence === undefined || Number(Buffer.from(sequence)) < seq)
        context.report('SENT_BEFORE_STORED', `${what} left before its sequence number was on disk`);
      if (REPEATABLE.has(type)) return;
      const stored = node.peek(roundKey('sent', round, type, view));
      if (stored === undefined || Buffer.compare(stored, bytes) !== 0)
        context.report('SENT_BEFORE_STORED', `${what} left before it was on disk`);
      if (message.type !== 'commit') return;
      const bytesOfLock = node.peek(roundKey('lock', round));
      const lock = bytesOfLock === undefined ? undefined : (decodeCanonical(bytesOfLock) as unknown as Lock);
      const isOfVote = lock?.view === view && entryDigest(lock.entry) === message.payload.entry;
      if (lock === undefined || lock.view < view || (lock.view === view && !isOfVote))
        context.report('LOCK_NOT_STORED', `${what} left before its lock was on disk`);
    },
  };
}
