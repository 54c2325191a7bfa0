import type { AggregationRule } from '../aggregation/rule.ts';
import type { Digest } from '../protocol/digest.ts';
import type { NodeId } from '../protocol/ids.ts';
import { beaconOrder } from './beacon.ts';

/** One node's update on the fixed-point grid. */
export type NodeUpdate = { readonly node: NodeId; readonly update: Int32Array };

export type Candidate = {
  /** d weights, float64. */
  readonly weights: Float64Array;
  /** Nodes whose update the rule gave weight, in the beacon's order. */
  readonly selected: readonly NodeId[];
  /** Nodes that the rule left out, and why in its words. */
  readonly leftOut: readonly { readonly node: NodeId; readonly reason: string }[];
};

/**
 * The model that a round's updates make: `base + rule(updates · 2^−gridBits)`, coordinate by coordinate.
 *
 * Rows enter the rule in the beacon's order. Grid integers are exact in float64 and a power of two scales
 * exactly, so every node gets the same bits.
 *
 * @param base d weights of the last certified version.
 * @throws BallastError from the rule (`RULE_CONDITION` …).
 */
export function aggregateCandidate(
  rule: AggregationRule,
  base: Float64Array,
  updates: readonly NodeUpdate[],
  beacon: Digest,
  gridBits: number,
): Candidate {
  const step = 1 / (1 << gridBits);
  const byNode = new Map(updates.map(({ node, update }) => [node, update]));
  const rows = beaconOrder(beacon, [...byNode.keys()]).flatMap((node) => {
    const update = byNode.get(node);
    return update === undefined ? [] : [{ node, row: Float64Array.from(update, (value) => value * step) }];
  });
  const result = rule.aggregate(rows.map(({ row }) => row));
  const weights = base.map((weight, i) => weight + (result.vector[i] as number));
  const nameOf = (row: number): NodeId[] => rows.slice(row, row + 1).map(({ node }) => node);
  return {
    weights,
    selected: result.selected.flatMap(nameOf),
    leftOut: result.leftOut.flatMap(({ row, reason }) => nameOf(row).map((node) => ({ node, reason }))),
  };
}
