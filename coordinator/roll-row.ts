import { decodeCanonical, type Encodable, encodeCanonical } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { MAX_MERKLE_DEPTH, type MerkleProof, merkleProver, verifyMerkleProof } from '../protocol/merkle.ts';
import type { RoundEntry } from '../protocol/round-entry.ts';
import { MAX_LEAF_BYTES, type Roll, type RollRow, readLeaf, rollLeaf } from './roll.ts';

/** One row of a round's roll, and the proof that the roll of the certified entry has it. */
export type ProvenRow = { readonly row: RollRow; readonly proof: MerkleProof };

/** A row, 32 hashes on its way to the root, and the frame around them. */
export const MAX_PROVEN_ROW_BYTES = MAX_LEAF_BYTES + MAX_MERKLE_DEPTH * 34 + 128;

const provers = new WeakMap<Roll, (index: number) => MerkleProof>();

/** @returns undefined where the roll does not name the node. */
export function provenRow(roll: Roll, node: NodeId): ProvenRow | undefined {
  const index = roll.findIndex((row) => row.node === node);
  const row = roll[index];
  if (row === undefined) return undefined;
  // All nodes of a network ask after one round: the tree is hashed once.
  const prover = provers.get(roll) ?? merkleProver(roll.map(rollLeaf));
  provers.set(roll, prover);
  return { row, proof: prover(index) };
}

export function encodeProvenRow({ row, proof }: ProvenRow): Uint8Array {
  const { index, count, path } = proof;
  return encodeCanonical({ leaf: rollLeaf(row), index, count, path: [...path] });
}

/**
 * The row of a node from a peer, checked against a certified entry.
 *
 * @throws BallastError `ROLL_MALFORMED` for anything but a row with a proof of at most {@link MAX_PROVEN_ROW_BYTES};
 *   `ROLL_MISMATCH` for another node's, or one that the entry's roll does not have.
 */
export function openProvenRow(
  bytes: Uint8Array,
  entry: Pick<RoundEntry, 'round' | 'updates'>,
  node: NodeId,
): RollRow {
  const proven = decoded(bytes);
  if (proven.row.node === node && isRowOf(entry, proven)) return proven.row;
  throw new BallastError(
    'ROLL_MISMATCH',
    `row of ${node} in round ${entry.round}: got one of ${proven.row.node} that the entry's roll need not have`,
    { metadata: { round: entry.round, expected: entry.updates.root } },
  );
}

/** Whether the roll of a certified entry has the row. The number of rows is the entry's, so that its place is proven too. */
export function isRowOf({ updates }: Pick<RoundEntry, 'updates'>, { row, proof }: ProvenRow): boolean {
  return proof.count === updates.sealed && verifyMerkleProof(updates.root, rollLeaf(row), proof);
}

function decoded(bytes: Uint8Array): ProvenRow {
  let value: Encodable;
  try {
    value = decodeCanonical(bytes, { maxBytes: MAX_PROVEN_ROW_BYTES });
  } catch (cause) {
    throw malformed('bytes that do not decode', cause);
  }
  const { leaf, index, count, path, ...others } = (value ?? {}) as { readonly [key: string]: unknown };
  const isPath =
    Array.isArray(path) &&
    path.length <= MAX_MERKLE_DEPTH &&
    path.every((hash) => hash instanceof Uint8Array && hash.length === 32);
  if (typeof index !== 'number' || typeof count !== 'number' || !isPath || Object.keys(others).length > 0)
    throw malformed('other fields than leaf, index, count and a path of 32-byte hashes');
  return { row: readLeaf(leaf), proof: { index, count, path } };
}

function malformed(got: string, cause?: unknown): BallastError {
  return new BallastError('ROLL_MALFORMED', `row: got ${got}, expected a row of a roll with its proof`, {
    ...(cause === undefined ? {} : { cause }),
  });
}
