import { opened } from '../opened.ts';
import { type Behaviour, type BehaviourHost, inPlaceOf } from './behaviour.ts';

/** Commits with a signature that the chain would refuse. */
export function badSignature(host: BehaviourHost): Behaviour {
  return {
    say: (bytes) => {
      const said = opened(bytes);
      if (said?.message.type !== 'commit') {
        host.send(bytes);
        return;
      }
      const { entry, signature } = said.message.payload;
      const wrong = Uint8Array.from(signature, (byte, i) => (i === 7 ? byte ^ 1 : byte));
      host.send(inPlaceOf(said.envelope, host, 'commit', { entry, signature: wrong }));
    },
  };
}
