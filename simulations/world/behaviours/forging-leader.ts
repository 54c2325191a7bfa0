import { digestOf } from '../../../protocol/digest.ts';
import { opened } from '../opened.ts';
import { type Behaviour, type BehaviourHost, inPlaceOf } from './behaviour.ts';

/** Leads with a model that does not follow from the updates. */
export function forgingLeader(host: BehaviourHost): Behaviour {
  return {
    say: (bytes) => {
      const said = opened(bytes);
      if (said?.message.type !== 'proposal' || said.message.payload.entry.outcome !== 'accepted') {
        host.send(bytes);
        return;
      }
      const { entry } = said.message.payload;
      const modelDigest = digestOf('ballast/simulation/forged', entry.modelDigest);
      const forged = { ...entry, modelDigest, candidateDigest: modelDigest };
      host.send(inPlaceOf(said.envelope, host, 'proposal', { ...said.message.payload, entry: forged }));
    },
  };
}
