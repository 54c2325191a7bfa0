import { entryDigest } from '../../../coordinator/entry.ts';
import type { AnyReceived } from '../../../coordinator/received.ts';
import type { Envelope } from '../../../protocol/envelope.ts';
import { opened } from '../opened.ts';
import { type Behaviour, type BehaviourHost, commitFor, inPlaceOf, isInFirstHalf } from './behaviour.ts';
import { Notebook, sibling } from './notebook.ts';

/**
 * Votes for both verdicts, each before half of the nodes; reports all headers and bodies to one half and all but
 * one to the other; and tells one half of its lock, the other that it has none.
 */
export function equivocatingVoter(host: BehaviourHost): Behaviour {
  const notebook = new Notebook();

  const other = async (envelope: Envelope, message: AnyReceived): Promise<Uint8Array | undefined> => {
    const { type, payload } = message;
    if (type === 'prepare' || type === 'commit') {
      const known = notebook.entry(payload.entry);
      const entry = known === undefined ? undefined : sibling(known);
      if (entry === undefined) return undefined;
      if (type === 'commit') return commitFor(envelope, host, entry);
      return inPlaceOf(envelope, host, type, { entry: entryDigest(entry), outcome: entry.outcome });
    }
    if (type === 'seal-report')
      return inPlaceOf(envelope, host, type, { ...payload, headers: payload.headers.slice(1) });
    if (type === 'body-report')
      return inPlaceOf(envelope, host, type, { ...payload, held: payload.held.slice(1) });
    if (type === 'view-change')
      return inPlaceOf(envelope, host, type, { ...payload, lock: null, prepare: null });
    return undefined;
  };

  return {
    hear: notebook.hear,
    say: async (bytes) => {
      const said = opened(bytes);
      if (said === undefined) return;
      notebook.note(said.message);
      const lie = await other(said.envelope, said.message);
      if (lie === undefined) {
        host.send(bytes);
        return;
      }
      host.send(bytes, isInFirstHalf);
      host.send(lie, (node) => !isInFirstHalf(node));
    },
  };
}
