import { entryDigest } from '../../../coordinator/entry.ts';
import type { Received } from '../../../coordinator/received.ts';
import { type Digest, packDigests, unpackDigests } from '../../../protocol/digest.ts';
import type { Envelope } from '../../../protocol/envelope.ts';
import type { RoundEntry } from '../../../protocol/messages.ts';
import { opened } from '../opened.ts';
import { type Behaviour, type BehaviourHost, inPlaceOf } from './behaviour.ts';
import { Notebook, sibling } from './notebook.ts';

/**
 * Claims, when a view ends, that a quorum had prepared the verdict nobody else is locked on; it shows a single vote.
 * Where it leads the next view, it proposes what it claims to be locked on.
 */
export function falseLock(host: BehaviourHost): Behaviour {
  const notebook = new Notebook();
  /** What it said in place of its last view change, by the digest of the true one. */
  let lie: { readonly view: string; readonly truth: Digest; readonly told: Digest } | undefined;

  const claim = (envelope: Envelope, { digest, round, view }: Received<'view-change'>, entry: RoundEntry) => {
    const vote = { entry: entryDigest(entry), outcome: entry.outcome };
    const prepare = inPlaceOf({ ...envelope, view: view - 1 }, host, 'prepare', vote);
    const lock = { view: view - 1, entry, prepares: [prepare] };
    const bytes = inPlaceOf(envelope, host, 'view-change', { lock, prepare: null });
    const told = opened(bytes)?.message.digest;
    if (told !== undefined) lie = { view: `${round}/${view}`, truth: digest, told };
    host.send(bytes);
  };

  const lead = (envelope: Envelope, { payload }: Received<'proposal'>, entry: RoundEntry) => {
    const others = unpackDigests(payload.viewChanges).filter((digest) => digest !== lie?.truth);
    const viewChanges = packDigests([...(lie === undefined ? [] : [lie.told]), ...others]);
    host.send(inPlaceOf(envelope, host, 'proposal', { ...payload, entry, viewChanges }));
  };

  return {
    hear: notebook.hear,
    say: (bytes) => {
      const said = opened(bytes);
      const message = said?.message;
      const known = message === undefined ? undefined : notebook.proposal(message.round)?.payload.entry;
      const entry = known === undefined ? undefined : sibling(known);
      const isBoundBy = `${message?.round}/${message?.view}` === lie?.view;
      if (said === undefined || entry === undefined) host.send(bytes);
      else if (message?.type === 'view-change') claim(said.envelope, message, entry);
      else if (message?.type === 'proposal' && isBoundBy) lead(said.envelope, message, entry);
      else host.send(bytes);
    },
  };
}
