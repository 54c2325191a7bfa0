import { BoundedCache } from '../protocol/cache.ts';
import { type Digest, domainHash, fromHex } from '../protocol/digest.ts';
import type { NodeId } from '../protocol/ids.ts';
import { MAX_ROSTER } from '../protocol/round-entry.ts';

/** Members that fetch a contributor's body from it; the others ask these, so that its bytes do not grow with them. */
export const RELAYS = 8;

/**
 * The relays of a contributor's update: members that follow each other in the beacon's order, from a place on that the
 * hash of beacon and header gives. Nobody knows them before the beacon, and the contributor alone moves its own.
 *
 * @param order members in the beacon's order.
 * @param header digest of the header's message.
 */
export function relaysOf(beacon: Digest, header: Digest, order: readonly NodeId[]): readonly NodeId[] {
  if (order.length <= RELAYS) return order;
  const cache = drawn.get(order) ?? new BoundedCache<readonly NodeId[]>(MAX_ROSTER);
  drawn.set(order, cache);
  const key = beacon + header;
  const relays = cache.get(key) ?? drawRelays(beacon, header, order);
  cache.set(key, relays, 1);
  return relays;
}

/** Asked for every update by every member of a process: of one order those of a whole roster are kept. */
const drawn = new WeakMap<readonly NodeId[], BoundedCache<readonly NodeId[]>>();

function drawRelays(beacon: Digest, header: Digest, order: readonly NodeId[]): NodeId[] {
  const hash = domainHash('ballast/relays/1', fromHex(beacon), fromHex(header));
  const first = new DataView(hash.buffer, hash.byteOffset).getUint32(0) % order.length;
  return Array.from({ length: RELAYS }, (_, i) => order[(first + i) % order.length] ?? '');
}

/**
 * Whom a member asks for a contributor's body, in this order: a relay the contributor itself; any other the relays,
 * each beginning with another, and the contributor last.
 */
export function sourcesOf(
  contributor: NodeId,
  relays: readonly NodeId[],
  self: NodeId,
  order: readonly NodeId[],
): NodeId[] {
  if (relays.includes(self)) return [contributor];
  const turn = Math.max(0, order.indexOf(self)) % Math.max(1, relays.length);
  return [...relays.slice(turn), ...relays.slice(0, turn), contributor];
}
