import { type Digest, digestOf, digestOfBytes, fromHex } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { type MerkleProof, merkleProof, merkleRoot } from '../../protocol/merkle.ts';
import { encodeWeights } from '../../protocol/vectors.ts';

/** How many steps of public training are audited in a round, and how many of them are challenged. */
export type AuditOptions = {
  /** T, 1 … {@link MAX_AUDIT_STEPS}. */
  readonly steps: number;
  /** k ≤ T: steps that are opened and executed again. */
  readonly challenged: number;
};

export const MAX_AUDIT_STEPS = 1_024;

/**
 * One step of training on public rows: from the weights before it to those after it. The same arguments give the same
 * weights, up to the engine's last bits; it must not change what it is given.
 *
 * @param seed chooses the step's rows, and is all the randomness that it has.
 */
export type AuditedStep = (weights: Float64Array, seed: Digest, index: number) => Float64Array;

/** What a training went through: T+1 checkpoints, the first of them the version that it began from. */
export type Trajectory = {
  readonly checkpoints: readonly Float64Array[];
  /** The T seeds; `seeds[i]` leads from checkpoint i to checkpoint i+1. */
  readonly seeds: readonly Digest[];
};

/** Whose training in which round: what seeds and challenges depend on. */
export type TrajectoryOwner = {
  readonly node: NodeId;
  /** The beacon of the round of the training. */
  readonly beacon: Digest;
};

/**
 * The seed of a step, for everyone to recompute: it is derived from the beacon and the node's name, so that no
 * training can begin before its round and none can be another node's.
 */
export function stepSeed({ node, beacon }: TrajectoryOwner, index: number): Digest {
  return digestOf('ballast/audit-seed/1', { node, beacon, index });
}

/** @throws BallastError `AUDIT_OPTION`. */
export function requireAuditOptions({ steps, challenged }: AuditOptions): void {
  const isCount = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  if (isCount(steps, MAX_AUDIT_STEPS) && isCount(challenged, steps)) return;
  throw new BallastError(
    'AUDIT_OPTION',
    `audit: got ${challenged} of ${steps} steps, expected 1 to ${MAX_AUDIT_STEPS} steps and at most all of them`,
    { metadata: { steps, challenged } },
  );
}

/**
 * Trains the audited steps, one after the other.
 *
 * @param start the weights of the certified version that the round trains from.
 * @throws BallastError `AUDIT_OPTION`; what the step throws.
 */
export function runTrajectory(
  start: Float64Array,
  owner: TrajectoryOwner,
  options: AuditOptions,
  step: AuditedStep,
): Trajectory {
  requireAuditOptions(options);
  const seeds = Array.from({ length: options.steps }, (_, index) => stepSeed(owner, index));
  const checkpoints = [Float64Array.from(start)];
  let weights = start;
  for (const [index, seed] of seeds.entries()) {
    weights = step(weights, seed, index);
    checkpoints.push(Float64Array.from(weights));
  }
  return { checkpoints, seeds };
}

/** What leaf i of the tree commits to: 32 bytes of the checkpoint's digest and 32 of the seed of the step from it. */
export function checkpointLeaf(checkpoint: Digest, seed: Digest | undefined): Uint8Array {
  const leaf = new Uint8Array(64);
  leaf.set(fromHex(checkpoint));
  if (seed !== undefined) leaf.set(fromHex(seed), 32);
  return leaf;
}

/** The T+1 leaves of a trajectory; the last has no step and zeros for its seed. */
function leavesOf({ checkpoints, seeds }: Trajectory): Uint8Array[] {
  return checkpoints.map((weights, i) => checkpointLeaf(digestOfBytes(encodeWeights(weights)), seeds[i]));
}

/**
 * The commitment to a trajectory: the Merkle root over its checkpoints and seeds.
 *
 * @throws BallastError `VECTOR_NOT_FINITE` for weights that are no numbers.
 */
export function trajectoryCommitment(trajectory: Trajectory): Digest {
  return merkleRoot(leavesOf(trajectory));
}

/** The proofs that checkpoints stand where they stand. @throws BallastError `MERKLE_INDEX`. */
export function checkpointProofs(trajectory: Trajectory, indices: readonly number[]): MerkleProof[] {
  const leaves = leavesOf(trajectory);
  return indices.map((index) => merkleProof(leaves, index));
}
