import { domainHash } from '../protocol/digest.ts';
import { type NodeSigner, verifyEd25519 } from '../protocol/ed25519.ts';
import { decodeCanonical, encodeCanonical, sameBytes } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import { isNodeId, type NodeId, publicKeyFromNodeId } from '../protocol/ids.ts';
import { roundKey } from './keys.ts';
import { RECORD_BYTES } from './records.ts';

/**
 * This node's word that it has verified every vote up to a round: the certificate of that round, the record digest
 * up to there, and an Ed25519 signature over both. On the machine that made it, those votes need no second look.
 */
export type Checkpoint = {
  readonly round: number;
  /** The exact bytes of the round's certificate in the log. */
  readonly certificate: Uint8Array;
  /** 32 bytes: the record digest of the round. */
  readonly record: Uint8Array;
  readonly node: NodeId;
};

/** A checkpoint is made after every so many rounds. */
export const CHECKPOINT_ROUNDS = 100;
/** So many of them are kept. */
export const CHECKPOINTS_KEPT = 3;

export const checkpointKey = (round: number): string => roundKey('checkpoint', round);

export function signCheckpoint(
  { round, certificate, record }: Omit<Checkpoint, 'node'>,
  signer: NodeSigner,
): Uint8Array {
  const body = { round, certificate, record, node: signer.nodeId };
  return encodeCanonical({ ...body, sig: signer.sign(signedBytes(body)) });
}

/** @throws BallastError `CHECKPOINT_INVALID`: its form, its round, or a signature that is not its node's. */
export function openCheckpoint(bytes: Uint8Array, round: number): Checkpoint {
  const value = decodeCanonical(bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    throw invalid(round, 'something else than a map');
  const { certificate, record, node, sig, round: stated } = value as { readonly [key: string]: unknown };
  const isWhole =
    Object.keys(value).length === 5 &&
    stated === round &&
    certificate instanceof Uint8Array &&
    record instanceof Uint8Array &&
    record.length === RECORD_BYTES &&
    isNodeId(node) &&
    sig instanceof Uint8Array;
  if (!isWhole) throw invalid(round, 'other fields, or another round');
  const checkpoint = { round, certificate, record, node };
  if (!verifyEd25519(publicKeyFromNodeId(node), signedBytes(checkpoint), sig))
    throw invalid(round, 'a signature that is not its node’s');
  return checkpoint;
}

/** Whether a checkpoint speaks of what the log has. */
export function isCheckpointOf(
  { certificate, record }: Checkpoint,
  logged: Uint8Array,
  recorded: Uint8Array,
): boolean {
  return sameBytes(certificate, logged) && sameBytes(record, recorded);
}

function signedBytes({ round, certificate, record, node }: Checkpoint): Uint8Array {
  const body = encodeCanonical({ round, node, record, certificate });
  return domainHash('ballast/checkpoint/1', body);
}

function invalid(round: number, got: string): BallastError {
  return new BallastError(
    'CHECKPOINT_INVALID',
    `checkpoint of round ${round}: got ${got}, expected one that this node signed`,
    { metadata: { round } },
  );
}
