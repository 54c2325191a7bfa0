import type { Behaviour } from './behaviour.ts';

/** Says nothing and serves nothing. */
export function silent(): Behaviour {
  return { say: () => undefined, serve: () => false };
}
