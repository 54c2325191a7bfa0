import type { Digest } from '../protocol/digest.ts';
import { BallastError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { beaconDraws } from './beacon-draws.ts';
import { type CommitteeSize, committeeSize, WHOLE_ROSTER } from './committee-size.ts';
import { compareText } from './compare.ts';

/** A registered node as the draw sees it. */
export type RosterNode = {
  readonly node: NodeId;
  /** Its bond, in the chain's smallest unit. */
  readonly stake: bigint;
  /** Its weight in the standing table: 0 (never drawn) to 4. */
  readonly quarters: number;
};

/**
 * How stakes count, from the most to the least: capped at so many times the median stake, or not at all (0: every
 * node the same, its quarters aside).
 */
const CAPS = [2, 1, 0] as const;
export type StakeCap = (typeof CAPS)[number];

export type CommitteeDraw = {
  /** In the order in which they were drawn; the whole roster stands in ascending order. */
  readonly nodes: readonly NodeId[];
  readonly size: CommitteeSize;
  /** The cap under which the size is safe; undefined where everybody is in. */
  readonly cap: StakeCap | undefined;
};

/**
 * The committee of the next epoch, from public inputs alone: everybody up to 40 registered nodes, above that a draw
 * of `committeeSize` members by `drawCommittee`. The corrupt share is one of the capped weight. Where 255 members
 * cannot keep the bound at a cap of two medians, the cap is lowered to one median, then stakes are left out: flatter
 * weights bear more.
 *
 * @param corruptShare in basis points.
 * @throws UsageError `CORRUPT_SHARE`; BallastError `COMMITTEE_TOO_LARGE`, `COMMITTEE_WEIGHTS`, `ROSTER_DUPLICATE`,
 *   `ROSTER_QUARTERS`.
 */
export function selectCommittee(
  beacon: Digest,
  roster: readonly RosterNode[],
  corruptShare: number,
): CommitteeDraw {
  requireRoster(roster);
  if (roster.length <= WHOLE_ROSTER) {
    const size = committeeSize(
      roster.map(() => 1n),
      corruptShare,
    );
    return { nodes: roster.map(({ node }) => node).sort(compareText), size, cap: undefined };
  }
  for (const cap of CAPS) {
    const weights = drawWeights(roster, cap);
    const size = sizeIfAny(weights, corruptShare, cap);
    if (size !== undefined) return { nodes: drawCommittee(beacon, weights, size.size), size, cap };
  }
  throw new BallastError('COMMITTEE_TOO_LARGE', 'committee: no cap on stakes keeps the bound');
}

/**
 * What each node counts in the draw: its stake, capped at `cap` times the lower median of all stakes, times its
 * quarters. A node without quarters is left out.
 *
 * @throws BallastError `ROSTER_DUPLICATE` or `ROSTER_QUARTERS`.
 */
export function drawWeights(roster: readonly RosterNode[], cap: StakeCap): ReadonlyMap<NodeId, bigint> {
  requireRoster(roster);
  const most = BigInt(cap) * medianStake(roster);
  const counted = (stake: bigint) => (stake < 1n || most < 1n ? 1n : stake < most ? stake : most);
  return new Map(
    roster
      .filter(({ quarters }) => quarters > 0)
      .map(({ node, stake, quarters }) => [node, counted(stake) * BigInt(quarters)] as const),
  );
}

/**
 * `size` nodes, one after the other and none twice, each with a probability in proportion to its weight among those
 * that are left. Everybody who has beacon and weights draws the same; neither the order in which the weights are
 * given nor any node's wish enters.
 *
 * @param weights all above 0.
 * @returns in the order of the draw.
 * @throws BallastError `COMMITTEE_WEIGHTS` for a weight that is not above 0, or fewer nodes than `size`.
 */
export function drawCommittee(beacon: Digest, weights: ReadonlyMap<NodeId, bigint>, size: number): NodeId[] {
  const left = [...weights].sort(([a], [b]) => compareText(a, b));
  if (size > left.length || left.some(([, weight]) => weight <= 0n))
    throw new BallastError(
      'COMMITTEE_WEIGHTS',
      `draw: got ${left.length} nodes for ${size} places, expected as many at least, with weights above 0`,
      { metadata: { nodes: left.length, size } },
    );
  const draws = beaconDraws('ballast/committee-draw/1', beacon);
  let total = left.reduce((sum, [, weight]) => sum + weight, 0n);
  return Array.from({ length: size }, () => {
    const [node, weight] = take(left, draws.belowLarge(total));
    total -= weight;
    return node;
  });
}

/** Takes out the node on whose stretch of the total a draw falls. */
function take(left: (readonly [NodeId, bigint])[], drawn: bigint): readonly [NodeId, bigint] {
  let rest = drawn;
  const at = left.findIndex(([, weight]) => {
    rest -= weight;
    return rest < 0n;
  });
  const [found] = left.splice(at, 1);
  if (found === undefined) throw new RangeError('draw: got a number beyond the total');
  return found;
}

function sizeIfAny(
  weights: ReadonlyMap<NodeId, bigint>,
  corruptShare: number,
  cap: StakeCap,
): CommitteeSize | undefined {
  try {
    return committeeSize([...weights.values()], corruptShare);
  } catch (error) {
    const isTooLarge = error instanceof BallastError && error.code === 'COMMITTEE_TOO_LARGE';
    if (!isTooLarge || cap === 0) throw error;
    return undefined;
  }
}

function medianStake(roster: readonly RosterNode[]): bigint {
  const stakes = roster.map(({ stake }) => stake).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return stakes[(stakes.length - 1) >> 1] ?? 0n;
}

function requireRoster(roster: readonly RosterNode[]): void {
  const twice = roster.length - new Set(roster.map(({ node }) => node)).size;
  if (twice > 0)
    throw new BallastError('ROSTER_DUPLICATE', `roster: got ${twice} nodes twice, expected each once`);
  const odd = roster.find(({ quarters }) => ![0, 1, 2, 3, 4].includes(quarters));
  if (odd !== undefined)
    throw new BallastError('ROSTER_QUARTERS', `roster: got ${odd.quarters} quarters, expected 0 to 4`, {
      metadata: { node: odd.node },
    });
}
