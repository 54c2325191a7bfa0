import { packDigests } from '../../../protocol/digest.ts';
import { opened } from '../opened.ts';
import { type Behaviour, type BehaviourHost, inPlaceOf } from './behaviour.ts';
import { Notebook, sibling } from './notebook.ts';

/**
 * Forgets its locks, and where it leads and a lock binds it, proposes the other verdict on the same evidence, with
 * the view changes that show no lock first.
 */
export function lockBreaking(host: BehaviourHost): Behaviour {
  const notebook = new Notebook();
  return {
    hear: notebook.hear,
    say: (bytes) => {
      const said = opened(bytes);
      if (said === undefined) return;
      const { envelope, message } = said;
      const { round, view } = message;
      if (message.type === 'view-change') {
        const lie = inPlaceOf(envelope, host, 'view-change', { ...message.payload, lock: null });
        const told = opened(lie);
        if (told !== undefined) notebook.note(told.message);
        host.send(lie);
        return;
      }
      notebook.note(message);
      const evidence = message.type === 'proposal' ? notebook.proposal(round) : undefined;
      const entry = evidence === undefined ? undefined : sibling(evidence.payload.entry);
      if (message.type !== 'proposal' || view === 0 || evidence === undefined || entry === undefined) {
        host.send(bytes);
        return;
      }
      const changes = notebook.viewChanges(round, view);
      const free = changes.filter(({ payload }) => payload.lock === null);
      const shown = free.length >= host.quorum ? free : changes;
      const viewChanges = packDigests(shown.map((each) => each.digest));
      host.send(inPlaceOf(envelope, host, 'proposal', { ...evidence.payload, entry, viewChanges }));
    },
  };
}
