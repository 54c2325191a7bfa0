import { opened } from '../opened.ts';
import { type Behaviour, type BehaviourHost, inPlaceOf } from './behaviour.ts';

/** Says, with each of its words, bytes that are none, words cut short or with a bit turned, and signed nonsense. */
export function garbage(host: BehaviourHost): Behaviour {
  const { random, send } = host;
  const turned = (bytes: Uint8Array) => {
    const copy = Uint8Array.from(bytes);
    const at = random.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    return copy;
  };
  return {
    say: (bytes) => {
      send(bytes);
      send(random.bytes(1 + random.below(200)));
      send(turned(bytes));
      send(bytes.subarray(0, random.below(bytes.length)));
      const said = opened(bytes);
      if (said === undefined) return;
      const { envelope, message } = said;
      send(inPlaceOf({ ...envelope, round: envelope.round + random.below(3) }, host, message.type, []));
      send(inPlaceOf({ ...envelope, view: random.below(2_000) }, host, message.type, message.payload));
    },
  };
}
