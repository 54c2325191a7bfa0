import { recent } from '../api/recent.ts';

/** However many ask, the chain is asked this often at most. */
const FRESH_MS = 1_000;

/**
 * What the chain said a moment ago is good enough.
 *
 * @param now milliseconds.
 */
export const fresh = <Link, Value>(
  now: () => number,
  read: (link: Link) => Promise<Value>,
  freshMs: number = FRESH_MS,
): ((link: Link) => Promise<Value>) => recent(read, now, { freshMs });
