import type { Behaviour, BehaviourHost } from './behaviour.ts';

/** Old messages that it keeps, and how many of them it says again with each of its own. */
const MAX_KEPT = 128;
const AT_ONCE = 3;

/** Says again what it and others said long ago. */
export function replaying({ random, send }: BehaviourHost): Behaviour {
  const kept: Uint8Array[] = [];
  const keep = (bytes: Uint8Array) => {
    if (kept.length < MAX_KEPT) kept.push(bytes);
    else if (random.uniform() < 0.2) kept[random.below(MAX_KEPT)] = bytes;
  };
  return {
    hear: (bytes) => {
      keep(bytes);
      return true;
    },
    say: (bytes) => {
      keep(bytes);
      send(bytes);
      for (let i = 0; i < AT_ONCE; i++) {
        const old = kept[random.below(kept.length)];
        if (old !== undefined) send(old);
      }
    },
  };
}
