import type { Digest } from '../../protocol/digest.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { applyDelta, deltaDigest, encodeDelta, type PublishedDelta, replayDeltas } from './delta.ts';
import { CompressionError } from './errors.ts';

/** Deltas after which a snapshot is due. */
export const SNAPSHOT_DELTAS = 10;

/** Bytes of a weight in a snapshot, float64. */
const WEIGHT_BYTES = 8;

/** A model version in full, in place of the deltas that led to it. */
export type Snapshot = {
  readonly weights: Float64Array;
  /** That of the weights: `to` of the last delta it supersedes. */
  readonly digest: Digest;
  /** Digests of the deltas since the snapshot before it, oldest first. These are kept when the deltas are not. */
  readonly supersedes: readonly Digest[];
};

/** The last snapshot and what was published since. */
export type DeltaChain = {
  readonly snapshot: Snapshot;
  /** Oldest first. */
  readonly deltas: readonly PublishedDelta[];
  /** Σ encoded bytes of the deltas. */
  readonly bytes: number;
  /** The newest weights. */
  readonly weights: Float64Array;
};

/** A chain that begins with the weights in full. */
export function startChain(weights: Float64Array): DeltaChain {
  const snapshot = { weights, digest: weightsDigest(weights), supersedes: [] };
  return { snapshot, deltas: [], bytes: 0, weights };
}

/**
 * Whether a chain is to be compacted, and why. Deltas and their bytes alone decide: load, time or memory would differ
 * from machine to machine, and with them the snapshots.
 *
 * @param size weights of the model; half of its 8 · size bytes is what the deltas may take.
 */
export function compactionDue(
  { deltas, bytes }: { readonly deltas: number; readonly bytes: number },
  size: number,
): 'deltas' | 'bytes' | undefined {
  if (deltas >= SNAPSHOT_DELTAS) return 'deltas';
  return 2 * bytes > WEIGHT_BYTES * size ? 'bytes' : undefined;
}

/**
 * The chain with one more delta, and the snapshot that takes the place of them all when one is due. The weights of a
 * snapshot are those of the replay to the bit; nothing is pruned or rounded in between.
 *
 * @throws {CompressionError} as `applyDelta`.
 */
export function appendDelta(
  chain: DeltaChain,
  delta: PublishedDelta,
): { readonly chain: DeltaChain; readonly compacted?: Snapshot } {
  const weights = applyDelta(chain.weights, delta);
  const deltas = [...chain.deltas, delta];
  const bytes = chain.bytes + encodeDelta(delta).length;
  if (compactionDue({ deltas: deltas.length, bytes }, weights.length) === undefined) {
    return { chain: { snapshot: chain.snapshot, deltas, bytes, weights } };
  }
  const snapshot = { weights, digest: delta.to, supersedes: deltas.map(deltaDigest) };
  return { chain: { snapshot, deltas: [], bytes: 0, weights }, compacted: snapshot };
}

/**
 * Checks a snapshot against the deltas it supersedes, while somebody still has them.
 *
 * @throws {CompressionError} DELTA_DIGEST when it names other deltas or is not their replay, and as `replayDeltas`.
 */
export function verifySnapshot(
  before: Float64Array,
  deltas: readonly PublishedDelta[],
  snapshot: Snapshot,
): void {
  const digests = deltas.map(deltaDigest);
  if (digests.join() !== snapshot.supersedes.join()) {
    throw new CompressionError(
      'DELTA_DIGEST',
      `snapshot: got one that supersedes ${snapshot.supersedes.length} deltas, expected these ${digests.length}`,
      { metadata: { given: snapshot.supersedes, expected: digests } },
    );
  }
  const replayed = weightsDigest(replayDeltas(before, deltas));
  for (const given of [snapshot.digest, weightsDigest(snapshot.weights)]) {
    if (given === replayed) continue;
    throw new CompressionError(
      'DELTA_DIGEST',
      `snapshot: got weights of digest ${given}, expected ${replayed}`,
      {
        metadata: { given, expected: replayed },
      },
    );
  }
}
