import { packDigests } from '../../../protocol/digest.ts';
import type { Envelope } from '../../../protocol/envelope.ts';
import { opened } from '../opened.ts';
import { type Behaviour, type BehaviourHost, inPlaceOf } from './behaviour.ts';
import { Notebook, sibling } from './notebook.ts';

/** Proposes in views that others lead, as soon as a quorum is in them. */
export function usurping(host: BehaviourHost): Behaviour {
  const notebook = new Notebook();
  /** Its own word of the view, in whose place the proposal stands. */
  let own: Envelope | undefined;
  let usurped = '';

  const usurp = () => {
    if (own === undefined) return;
    const { round, view } = own;
    const evidence = notebook.proposal(round);
    const changes = notebook.viewChanges(round, view);
    if (evidence === undefined || changes.length < host.quorum || usurped === `${round}/${view}`) return;
    usurped = `${round}/${view}`;
    const entry = sibling(evidence.payload.entry) ?? evidence.payload.entry;
    const viewChanges = packDigests(changes.map((each) => each.digest));
    host.send(inPlaceOf(own, host, 'proposal', { ...evidence.payload, entry, viewChanges }));
  };

  return {
    hear: (bytes) => {
      const heard = opened(bytes);
      if (heard !== undefined) notebook.note(heard.message);
      if (heard?.message.type === 'view-change') usurp();
      return true;
    },
    say: (bytes) => {
      host.send(bytes);
      const said = opened(bytes);
      if (said === undefined) return;
      notebook.note(said.message);
      if (said.message.type !== 'view-change') return;
      own = said.envelope;
      usurp();
    },
  };
}
