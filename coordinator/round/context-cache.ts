import { BoundedCache } from '../../protocol/cache.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { Committee } from '../committee.ts';
import type { Roster } from '../roster.ts';
import type { RoundContext } from './types.ts';

/**
 * Caches of what follows from a context and something that a key names: one for the same parameters, committee and
 * roster, which never change.
 *
 * @param capacity in the unit of the cache's `set`.
 */
export function contextCache<V>(
  capacity: number,
): (context: Pick<RoundContext, 'parameters' | 'committee' | 'roster'>) => BoundedCache<V> {
  type OfCommittee = WeakMap<Roster, BoundedCache<V>>;
  type OfParameters = WeakMap<Committee, OfCommittee>;
  const caches = new WeakMap<NetworkParameters, OfParameters>();
  return ({ parameters, committee, roster }) => {
    const ofParameters = caches.get(parameters) ?? new WeakMap<Committee, OfCommittee>();
    const ofCommittee = ofParameters.get(committee) ?? new WeakMap<Roster, BoundedCache<V>>();
    const cache = ofCommittee.get(roster) ?? new BoundedCache<V>(capacity);
    caches.set(parameters, ofParameters.set(committee, ofCommittee.set(roster, cache)));
    return cache;
  };
}
