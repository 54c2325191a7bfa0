import { BoundedCache } from '../protocol/cache.ts';
import { type Digest, digestOf, domainHash, fromHex } from '../protocol/digest.ts';
import type { NodeId } from '../protocol/ids.ts';
import { type Committee, nodesOf } from './committee.ts';

/**
 * The round's public randomness: a block's randomness bound to the network (and with it to chain and registry)
 * and to the round.
 *
 * The block is the one at the height that the previous entry fixed, and is produced only after the previous
 * round was sealed: nothing that a leader or a trainer shapes goes into it.
 *
 * @param randomness 32 bytes, the block's `prevrandao`.
 */
export function beaconDigest(network: Digest, round: number, randomness: Digest): Digest {
  return digestOf('ballast/beacon/1', { network, round, randomness });
}

/**
 * Nodes in the order that a beacon gives them: ascending hash of beacon and id. It orders leaders, rows of
 * an aggregation and ties; no node can choose its place.
 */
export function beaconOrder(beacon: Digest, nodes: readonly NodeId[]): NodeId[] {
  const seed = fromHex(beacon);
  const place = (node: NodeId) =>
    domainHash('ballast/order/1', Uint8Array.of(...seed, ...new TextEncoder().encode(node)));
  return nodes
    .map((node) => ({ node, place: place(node) }))
    .sort((a, b) => Buffer.compare(a.place, b.place))
    .map(({ node }) => node);
}

const orders = new WeakMap<Committee, BoundedCache<readonly NodeId[]>>();

/** A committee's members in the beacon's order. */
export function membersInOrder(beacon: Digest, committee: Committee): readonly NodeId[] {
  const known = orders.get(committee) ?? new BoundedCache<readonly NodeId[]>(4);
  orders.set(committee, known);
  const order = known.get(beacon) ?? beaconOrder(beacon, nodesOf(committee));
  known.set(beacon, order, 1);
  return order;
}

/** Who leads a view: the next in order takes over from a silent, slow or lying one. */
export function leaderOf(order: readonly NodeId[], view: number): NodeId {
  const leader = order[view % order.length];
  if (leader === undefined) throw new RangeError('leaderOf: got an empty order, expected at least one node');
  return leader;
}
