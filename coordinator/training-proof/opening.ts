import type { Digest } from '../../protocol/digest.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../../protocol/encoding.ts';
import { BallastError } from '../../protocol/errors.ts';
import { MAX_MERKLE_DEPTH, type MerkleProof } from '../../protocol/merkle.ts';
import { decodeWeights, encodeWeights } from '../../protocol/vectors.ts';
import { challengedSteps } from './challenge.ts';
import { type AuditOptions, checkpointProofs, type Trajectory, type TrajectoryOwner } from './trajectory.ts';

/** A checkpoint with the proof that it stands at its place in the commitment. */
export type OpenedCheckpoint = { readonly weights: Float64Array; readonly proof: MerkleProof };

/** An answer to a challenge: both ends of every challenged step, each once, and where the training began. */
export type TrajectoryOpening = {
  /** That the first checkpoint is the certified version, whose weights everyone has. */
  readonly start: MerkleProof;
  /** In ascending order of place. */
  readonly checkpoints: readonly OpenedCheckpoint[];
};

/** Places of the checkpoints that an opening of these steps holds. */
export function openedPlaces(steps: readonly number[]): number[] {
  return [...new Set(steps.flatMap((step) => [step, step + 1]))].sort((a, b) => a - b);
}

/** The answer to the challenge of a beacon. @throws BallastError `AUDIT_OPTION`. */
export function openTrajectory(
  trajectory: Trajectory,
  { node }: Pick<TrajectoryOwner, 'node'>,
  challenge: Digest,
  options: AuditOptions,
): TrajectoryOpening {
  const places = openedPlaces(challengedSteps(challenge, node, options));
  const [start, ...proofs] = checkpointProofs(trajectory, [0, ...places]);
  if (start === undefined) throw new BallastError('AUDIT_OPTION', 'audit: got a trajectory without a start');
  return {
    start,
    checkpoints: proofs.flatMap((proof) => {
      const weights = trajectory.checkpoints[proof.index];
      return weights === undefined ? [] : [{ weights, proof }];
    }),
  };
}

/** Bytes of a proof beside its hashes, and of a checkpoint's frame. */
const FRAME_BYTES = 64;

/** The most that an opening takes, encoded, for a model of `size` weights. */
export function openingBytes(size: number, { challenged }: AuditOptions): number {
  const proof = FRAME_BYTES + MAX_MERKLE_DEPTH * 34;
  return FRAME_BYTES + proof + 2 * challenged * (size * 8 + proof + FRAME_BYTES);
}

export function encodeOpening({ start, checkpoints }: TrajectoryOpening): Uint8Array {
  return encodeCanonical({
    v: 1,
    start: encodableProof(start),
    checkpoints: checkpoints.map(({ weights, proof }) => ({
      weights: encodeWeights(weights),
      proof: encodableProof(proof),
    })),
  });
}

/**
 * @param size of the model.
 * @throws BallastError `AUDIT_OPENING` for anything but an opening of at most `openingBytes`; whether it answers a
 *   challenge is not looked at.
 */
export function decodeOpening(bytes: Uint8Array, size: number, options: AuditOptions): TrajectoryOpening {
  const maxBytes = openingBytes(size, options);
  if (bytes.length > maxBytes) throw malformed(`${bytes.length} bytes`, `at most ${maxBytes}`);
  let value: Encodable;
  try {
    value = decodeCanonical(bytes, { maxBytes });
  } catch (cause) {
    throw malformed('bytes that do not decode', 'the canonical encoding', cause);
  }
  const { v, start, checkpoints } = fields(value, ['v', 'start', 'checkpoints']);
  if (v !== 1 || !Array.isArray(checkpoints)) throw malformed('another form', 'version 1 with checkpoints');
  if (checkpoints.length > 2 * options.challenged)
    throw malformed(`${checkpoints.length} checkpoints`, `at most ${2 * options.challenged}`);
  return {
    start: proofOf(start),
    checkpoints: checkpoints.map((checkpoint) => {
      const { weights, proof } = fields(checkpoint, ['weights', 'proof']);
      if (!(weights instanceof Uint8Array)) throw malformed('weights that are no bytes', 'bytes');
      return { weights: weightsOf(weights, size), proof: proofOf(proof) };
    }),
  };
}

function encodableProof({ index, count, path }: MerkleProof): Encodable {
  return { index, count, path: [...path] };
}

function proofOf(value: Encodable | undefined): MerkleProof {
  const { index, count, path } = fields(value, ['index', 'count', 'path']);
  const isPath =
    Array.isArray(path) &&
    path.length <= MAX_MERKLE_DEPTH &&
    path.every((hash) => hash instanceof Uint8Array && hash.length === 32);
  if (typeof index !== 'number' || typeof count !== 'number' || !isPath)
    throw malformed('a proof of another form', 'index, count and a path of 32-byte hashes');
  return { index, count, path: path as Uint8Array[] };
}

function weightsOf(bytes: Uint8Array, size: number): Float64Array {
  try {
    return decodeWeights(bytes, size);
  } catch (cause) {
    throw malformed('weights of another length, or that are no numbers', `${size} finite numbers`, cause);
  }
}

function fields<Name extends string>(
  value: Encodable | undefined,
  names: readonly Name[],
): Record<Name, Encodable | undefined> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    throw malformed('no object', `an object with ${names.join(', ')}`);
  const keys = Object.keys(value);
  if (keys.length !== names.length || !names.every((name) => keys.includes(name)))
    throw malformed(`an object with ${keys.slice(0, 8).join(', ').slice(0, 80)}`, names.join(', '));
  return value as Record<Name, Encodable | undefined>;
}

function malformed(got: string, expected: string, cause?: unknown): BallastError {
  return new BallastError('AUDIT_OPENING', `audit opening: got ${got}, expected ${expected}`, {
    ...(cause === undefined ? {} : { cause }),
  });
}
