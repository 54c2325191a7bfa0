import { entryDigest } from '../../../coordinator/entry.ts';
import { type Behaviour, type BehaviourHost, inPlaceOf, opened } from './behaviour.ts';
import { Notebook, sibling } from './notebook.ts';

/** Claims, when a view ends, that a quorum had prepared the verdict nobody else is locked on; it shows a single vote. */
export function falseLock(host: BehaviourHost): Behaviour {
  const notebook = new Notebook();
  return {
    hear: (bytes) => {
      const heard = opened(bytes);
      if (heard !== undefined) notebook.note(heard.message);
      return true;
    },
    say: (bytes) => {
      const said = opened(bytes);
      const message = said?.message;
      const known = message === undefined ? undefined : notebook.proposal(message.round)?.payload.entry;
      const entry = known === undefined ? undefined : sibling(known);
      if (said === undefined || message?.type !== 'view-change' || entry === undefined) {
        host.send(bytes);
        return;
      }
      const view = message.view - 1;
      const vote = { entry: entryDigest(entry), outcome: entry.outcome };
      const prepare = inPlaceOf({ ...said.envelope, view }, host, 'prepare', vote);
      const lock = { view, entry, prepares: [prepare] };
      host.send(inPlaceOf(said.envelope, host, 'view-change', { lock, prepare: null }));
    },
  };
}
