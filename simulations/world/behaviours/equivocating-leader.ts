import { entryDigest } from '../../../coordinator/entry.ts';
import type { Digest } from '../../../protocol/digest.ts';
import { opened } from '../opened.ts';
import { type Behaviour, type BehaviourHost, commitFor, inPlaceOf, isInFirstHalf } from './behaviour.ts';
import { sibling } from './notebook.ts';

/**
 * Leads with two stories: half of the nodes get its proposal, the other half the same with the other verdict, and
 * each half at once its prepare and its commit vote for what that half was told.
 */
export function equivocatingLeader(host: BehaviourHost): Behaviour {
  /** What the other half is told, by the digest of the true proposal. */
  const lies = new Map<Digest, Promise<readonly Uint8Array[]>>();
  const ledViews = new Set<string>();
  const isOther = (node: string) => !isInFirstHalf(node);

  const story = async (bytes: Uint8Array): Promise<readonly Uint8Array[]> => {
    const told = opened(bytes);
    if (told?.message.type !== 'proposal') return [];
    const { envelope, message } = told;
    const entry = sibling(message.payload.entry);
    if (entry === undefined) return [];
    return [
      inPlaceOf(envelope, host, 'proposal', { ...message.payload, entry }),
      inPlaceOf(envelope, host, 'prepare', { entry: entryDigest(entry), outcome: entry.outcome }),
      await commitFor(envelope, host, entry),
    ];
  };

  return {
    say: async (bytes) => {
      const message = opened(bytes)?.message;
      const view = `${message?.round}/${message?.view}`;
      if (message?.type === 'proposal') ledViews.add(view);
      const isVote = message?.type === 'prepare' || message?.type === 'commit';
      if (message?.type !== 'proposal' && !(isVote && ledViews.has(view))) {
        host.send(bytes);
        return;
      }
      host.send(bytes, isInFirstHalf);
      if (message.type !== 'proposal') return;
      const lie = lies.get(message.digest) ?? story(bytes);
      lies.set(message.digest, lie);
      for (const each of await lie) host.send(each, isOther);
    },
  };
}
