import { type Digest, digestOfBytes } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { verifyMerkleProof } from '../../protocol/merkle.ts';
import { encodeWeights } from '../../protocol/vectors.ts';
import { challengedSteps } from './challenge.ts';
import { openedPlaces, type TrajectoryOpening } from './opening.ts';
import {
  type AuditedStep,
  type AuditOptions,
  checkpointLeaf,
  stepSeed,
  type TrajectoryOwner,
} from './trajectory.ts';

/** What a node committed to, and the challenge that it has to answer. */
export type AuditCase = {
  readonly owner: TrajectoryOwner;
  readonly commitment: Digest;
  /** Digest of the weights of the version that the round trained from. */
  readonly base: Digest;
  /** The beacon that chooses the steps. */
  readonly challenge: Digest;
};

/**
 * How far the end of a step may be from the one computed again, in the largest coordinate, relative to the largest
 * coordinate of the step itself. Of the step, not of the weights: beside large weights a step that was never taken
 * would pass. The engine of the audited steps is exact on one machine; the room is for the last bits of `tanh` and
 * `exp` of another (measured: docs/training-proofs.md).
 */
export const AUDIT_TOLERANCE = 1e-9;

/**
 * Checks an answer to a challenge: that every opened checkpoint stands where it must in the commitment, that the
 * training began at the certified version, and that each challenged step, executed again, leads where it is said to.
 *
 * @throws BallastError `AUDIT_PLACES` for other checkpoints than the challenged ones, `AUDIT_COMMITMENT` for one that
 *   is not in the commitment, `AUDIT_START` for a training from another version, `AUDIT_STEP` for a forged step.
 */
export function verifyOpening(
  opening: TrajectoryOpening,
  { owner, commitment, base, challenge }: AuditCase,
  options: AuditOptions,
  step: AuditedStep,
  tolerance = AUDIT_TOLERANCE,
): void {
  const steps = challengedSteps(challenge, owner.node, options);
  const places = openedPlaces(steps);
  const given = opening.checkpoints.map(({ proof }) => proof.index);
  if (given.length !== places.length || !places.every((place, i) => given[i] === place)) {
    throw failed('AUDIT_PLACES', owner, `checkpoints ${given.slice(0, 16)}`, `${places.slice(0, 16)}`);
  }
  const count = options.steps + 1;
  const seedOf = (place: number) => (place < options.steps ? stepSeed(owner, place) : undefined);
  const startLeaf = checkpointLeaf(base, seedOf(0));
  const { start } = opening;
  if (start.index !== 0 || start.count !== count || !verifyMerkleProof(commitment, startLeaf, start)) {
    throw failed('AUDIT_START', owner, 'a training from elsewhere', `the version ${base.slice(0, 12)}`);
  }
  for (const { weights, proof } of opening.checkpoints) {
    const leaf = checkpointLeaf(digestOfBytes(encodeWeights(weights)), seedOf(proof.index));
    if (proof.count !== count || !verifyMerkleProof(commitment, leaf, proof))
      throw failed('AUDIT_COMMITMENT', owner, `another checkpoint ${proof.index}`, 'the committed one');
  }
  const weightsAt = new Map(opening.checkpoints.map(({ weights, proof }) => [proof.index, weights]));
  for (const index of steps) {
    const [from, to] = [weightsAt.get(index), weightsAt.get(index + 1)];
    if (from === undefined || to === undefined) continue;
    const deviation = stepDeviation(from, to, step(Float64Array.from(from), stepSeed(owner, index), index));
    // Written so that what is no number is forged.
    if (!(deviation <= tolerance))
      throw failed(
        'AUDIT_STEP',
        owner,
        `step ${index} off by ${deviation} of itself`,
        `at most ${tolerance}`,
      );
  }
}

/**
 * max |given − computed| / max |computed − from|: 0 for equal ends, 1 for a step that was not taken, infinite for any
 * difference where the step goes nowhere.
 */
export function stepDeviation(from: Float64Array, given: Float64Array, computed: Float64Array): number {
  if (given.length !== computed.length || from.length !== computed.length) return Number.POSITIVE_INFINITY;
  let off = 0;
  let moved = 0;
  for (const [i, value] of computed.entries()) {
    const distance = Math.abs((given[i] ?? Number.NaN) - value);
    if (Number.isNaN(distance)) return Number.POSITIVE_INFINITY;
    off = Math.max(off, distance);
    moved = Math.max(moved, Math.abs(value - (from[i] ?? 0)));
  }
  return off === 0 ? 0 : off / moved;
}

function failed(code: string, { node }: TrajectoryOwner, got: string, expected: string): BallastError {
  return new BallastError(code, `audit of ${node}: got ${got}, expected ${expected}`, { metadata: { node } });
}
