import { opened } from '../opened.ts';
import { type Behaviour, type BehaviourHost, inPlaceOf } from './behaviour.ts';

/** Words that come with each of its own. */
const AT_ONCE = 12;

/** Says far more than is needed: view changes to many views, a log that it claims to be far ahead, votes for anything. */
export function flooding(host: BehaviourHost): Behaviour {
  const { random, send } = host;
  return {
    say: (bytes) => {
      send(bytes);
      const said = opened(bytes);
      if (said === undefined) return;
      for (let i = 0; i < AT_ONCE; i++) {
        const view = random.below(40);
        const round = said.envelope.round + random.below(2);
        const place = { ...said.envelope, round, view };
        const digest = Buffer.from(random.bytes(32)).toString('hex');
        const kind = random.below(3);
        if (kind === 0) send(inPlaceOf(place, host, 'view-change', { lock: null, prepare: null }));
        if (kind === 1) send(inPlaceOf({ ...place, view: 0 }, host, 'status', { head: round + view }));
        if (kind === 2) send(inPlaceOf(place, host, 'prepare', { entry: digest, outcome: 'rejected' }));
      }
    },
  };
}
