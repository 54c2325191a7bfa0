import { type Digest, fromHex, isDigest, toHex } from './digest.ts';
import { sameBytes } from './encoding.ts';
import { BallastError } from './errors.ts';
import { sha256 } from './sha256.ts';

/**
 * Where a leaf stands in a tree and the siblings on its way to the root, the lowest first. A level on which the
 * node is promoted, being the last of an odd number, adds nothing to the path, so the path's length follows from
 * `index` and `count`.
 */
export type MerkleProof = {
  readonly index: number;
  /** The tree's number of leaves. */
  readonly count: number;
  /** Hashes of 32 bytes, at most {@link MAX_MERKLE_DEPTH}. */
  readonly path: readonly Uint8Array[];
};

/** No tree has more leaves than 2 to the power of this. */
export const MAX_MERKLE_DEPTH = 32;
const MAX_LEAVES = 2 ** MAX_MERKLE_DEPTH;

// A leaf never hashes as a node, so that no inner node passes for a leaf (RFC 6962, section 2.1).
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const EMPTY = Uint8Array.of(2);

/**
 * SHA-256 Merkle root of an ordered list: leaf = H(0x00 ‖ data), node = H(0x01 ‖ left ‖ right). The last node of an
 * odd level moves up as it is; to pair it with itself would give two lists one root. The empty list has H(0x02).
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Digest {
  let level = leaves.map(leafHash);
  while (level.length > 1) level = levelAbove(level);
  return toHex(level[0] ?? sha256(EMPTY));
}

/**
 * @returns the proof that `leaves[index]` stands there.
 * @throws BallastError `MERKLE_INDEX` for a place that the list does not have.
 */
export function merkleProof(leaves: readonly Uint8Array[], index: number): MerkleProof {
  return merkleProver(leaves)(index);
}

/** As {@link merkleProof}, for whoever asks for many of one list: the tree is hashed once. */
export function merkleProver(leaves: readonly Uint8Array[]): (index: number) => MerkleProof {
  const count = leaves.length;
  const levels = [leaves.map(leafHash)];
  for (let level = levels[0] ?? []; level.length > 1; ) {
    level = levelAbove(level);
    levels.push(level);
  }
  return (index) => {
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new BallastError(
        'MERKLE_INDEX',
        `leaf: got index ${index}, expected an integer from 0 to below ${count}`,
        { metadata: { index, count } },
      );
    }
    // A level's last node without a sibling moves up, and adds nothing.
    const path = levels.flatMap((level, height) => level[(index >>> height) ^ 1] ?? []);
    return { index, count, path };
  };
}

/**
 * Whether the tree of this root holds the leaf. Never throws: a malformed root or proof proves nothing.
 *
 * The root alone fixes what the leaf says. It fixes the leaf's place only together with the true number of leaves,
 * so whoever relies on the place compares `proof.count` with a count that it trusts, as a round's entry gives it.
 */
export function verifyMerkleProof(root: Digest, leaf: Uint8Array, proof: MerkleProof): boolean {
  const { index, count, path } = proof;
  if (!isDigest(root) || !Number.isInteger(count) || count > MAX_LEAVES) return false;
  if (!Number.isInteger(index) || index < 0 || index >= count || path.length > MAX_MERKLE_DEPTH) return false;
  let hash = leafHash(leaf);
  let used = 0;
  // Places and widths beyond 31 bits do not shift: they are divided.
  for (let [place, width] = [index, count]; width > 1; width = Math.ceil(width / 2)) {
    if (place % 2 === 1 || place + 1 < width) {
      const sibling = path[used++];
      if (sibling?.length !== 32) return false;
      hash = place % 2 === 1 ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    }
    place = Math.floor(place / 2);
  }
  return used === path.length && sameBytes(hash, fromHex(root));
}

function levelAbove(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i], level[i + 1]];
    if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
  }
  return above;
}

const leafHash = (data: Uint8Array): Uint8Array => sha256(LEAF, data);
const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(NODE, left, right);
