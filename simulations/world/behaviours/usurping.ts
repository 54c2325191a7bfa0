import { type Behaviour, type BehaviourHost, inPlaceOf, opened } from './behaviour.ts';
import { Notebook, sibling } from './notebook.ts';

/** Proposes in views that others lead. */
export function usurping(host: BehaviourHost): Behaviour {
  const notebook = new Notebook();
  return {
    hear: (bytes) => {
      const heard = opened(bytes);
      if (heard !== undefined) notebook.note(heard.message);
      return true;
    },
    say: (bytes) => {
      host.send(bytes);
      const said = opened(bytes);
      if (said === undefined) return;
      const { envelope, message } = said;
      notebook.note(message);
      if (message.type !== 'view-change') return;
      const { round, view } = message;
      // Once the others' view changes are here, as the true leader has to wait for them too.
      host.scheduler.after(USURP_MS, () => {
        const evidence = notebook.proposal(round);
        if (evidence === undefined) return;
        const entry = sibling(evidence.payload.entry) ?? evidence.payload.entry;
        const viewChanges = notebook.viewChanges(round, view).map((each) => each.bytes);
        host.send(inPlaceOf(envelope, host, 'proposal', { ...evidence.payload, entry, viewChanges }));
      });
    },
  };
}

const USURP_MS = 150;
