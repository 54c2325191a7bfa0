import type { Digest } from '../protocol/digest.ts';
import { UsageError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { beaconDraws, drawDistinct } from './beacon-draws.ts';
import { compareText } from './compare.ts';

/** A sum of fewer updates would tell too much about each (DESIGN, section 6). */
const SMALLEST_GROUP = 5;

/**
 * The round's random groups: as many as have `least` nodes each, sizes differing by one at most, every division
 * equally likely. Everybody who has the beacon divides alike; the order in which the nodes are given does not count.
 *
 * @throws UsageError `GROUP_SIZE` for a `least` below 5, or fewer nodes than that.
 */
export function groups(beacon: Digest, nodes: readonly NodeId[], least: number): NodeId[][] {
  if (!Number.isSafeInteger(least) || least < SMALLEST_GROUP || nodes.length < least)
    throw new UsageError(
      'GROUP_SIZE',
      `groups: got ${nodes.length} nodes in groups of ${least}, expected groups of ${SMALLEST_GROUP} at least, and one`,
      { metadata: { nodes: nodes.length, least } },
    );
  const draws = beaconDraws('ballast/groups/1', beacon);
  const shuffled = drawDistinct(draws, [...nodes].sort(compareText), nodes.length);
  const count = Math.floor(nodes.length / least);
  return Array.from({ length: count }, (_, i) => shuffled.filter((_, at) => at % count === i));
}
