import { type AggregatorState, stateDigest } from '../aggregation/state.ts';
import { type Digest, digestOf } from '../protocol/digest.ts';
import type { NodeId } from '../protocol/ids.ts';
import type { NetworkParameters } from '../protocol/network.ts';
import { weightsDigest } from '../protocol/vectors.ts';
import { beaconOrder } from './beacon.ts';
import { compareText } from './compare.ts';
import { lastingState, type RoundAggregator } from './round-aggregator.ts';

/** One node's update on the fixed-point grid, and the digest of its body. */
export type NodeUpdate = { readonly node: NodeId; readonly digest: Digest; readonly update: Int32Array };

/** A certified version: its weights, and what the aggregation carries beside them. */
export type Version = { readonly weights: Float64Array; readonly state: AggregatorState };

export type Candidate = Version & {
  readonly candidateDigest: Digest;
  /** Of the state that belongs to the candidate. */
  readonly candidateState: Digest;
  /** Nodes whose update the rule gave weight, in the beacon's order. */
  readonly selected: readonly NodeId[];
  /** Nodes that the rule left out, and why in its words. */
  readonly leftOut: readonly { readonly node: NodeId; readonly reason: string }[];
};

export type CandidateTerms = {
  readonly parameters: Pick<NetworkParameters, 'update' | 'training'>;
  readonly beacon: Digest;
  readonly signal?: AbortSignal;
};

/**
 * From what the draws of a rule follow: the beacon and the accepted updates, by ascending node id.
 *
 * An update cannot be fitted to draws that follow from its own digest: who wants others must make another update and
 * look again, one hash a try, and only the last to send a header knows the digests that its own is hashed with. A
 * leader chooses which reports it rests on, so at most which updates drop out.
 */
export function aggregationSeed(
  beacon: Digest,
  accepted: readonly { readonly node: NodeId; readonly digest: Digest }[],
): Digest {
  const sorted = accepted
    .map(({ node, digest }) => ({ node, digest }))
    .sort((a, b) => compareText(a.node, b.node));
  return digestOf('ballast/aggregation-seed/1', { beacon, accepted: sorted });
}

/**
 * The model that a round's updates make: `base + update`, coordinate by coordinate, where the update is what the
 * aggregation makes of the rows `updates · 2^−gridBits`; and the state that goes with it.
 *
 * Rows enter in the beacon's order. Grid integers are exact in float64 and a power of two scales exactly, so every
 * node gets the same bits.
 *
 * @param base d weights of the last certified version, and its state.
 * @param updates each of `aggregator.rowSize(d)` integers.
 * @throws BallastError from the aggregation (`RULE_CONDITION` …); the signal's reason.
 */
export async function aggregateCandidate(
  aggregator: RoundAggregator,
  base: Version,
  updates: readonly NodeUpdate[],
  { parameters, beacon, signal }: CandidateTerms,
): Promise<Candidate> {
  const step = 1 / (1 << parameters.update.gridBits);
  const byNode = new Map(updates.map((each) => [each.node, each]));
  const rows = beaconOrder(beacon, [...byNode.keys()]).flatMap((node) => {
    const { update } = byNode.get(node) ?? {};
    return update === undefined ? [] : [{ node, row: scaled(update, step) }];
  });
  const { update, state, result } = await aggregator.aggregate(
    rows.map(({ row }) => row),
    base.state,
    {
      steps: rows.map(() => parameters.training.localSteps),
      seed: aggregationSeed(beacon, updates),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  const weights = base.weights.map((weight, i) => weight + (update[i] as number));
  const lasting = lastingState(aggregator, weights.length, state);
  const nameOf = (row: number): NodeId[] => rows.slice(row, row + 1).map(({ node }) => node);
  return {
    weights,
    state: lasting,
    candidateDigest: weightsDigest(weights),
    candidateState: stateDigest(lasting),
    selected: result.selected.flatMap(nameOf),
    leftOut: result.leftOut.flatMap(({ row, reason }) => nameOf(row).map((node) => ({ node, reason }))),
  };
}

function scaled(update: Int32Array, step: number): Float64Array {
  const row = new Float64Array(update.length);
  for (let i = 0; i < update.length; i++) row[i] = update[i]! * step;
  return row;
}
