import type { Behaviour, BehaviourHost } from './behaviour.ts';

/** The longest that a word is held back, in virtual milliseconds: more than a phase lasts. */
const MOST_MS = 6_000;

/** Says everything, late. */
export function slow({ scheduler, random, send }: BehaviourHost): Behaviour {
  return {
    say: (bytes) => {
      scheduler.after(random.uniform() * MOST_MS, () => send(bytes));
    },
  };
}
