import { merkleProof, merkleRoot } from '../../../protocol/merkle.ts';
import { sha256 } from '../../../protocol/sha256.ts';
import { hexFromBytes, wordFromDigest } from '../../client/words.ts';

const COUNTS = [1, 2, 3, 5, 8, 13, 21];
const FATES = ['selected', 'accepted', 'BODY_NOT_SERVED', 'NORM_TOO_LARGE'];

const wordOf = (...values: number[]) => sha256(Uint8Array.from(values));

/** Rolls of several sizes, and one row of each with its proof. */
export function merkleVectors(): unknown {
  return {
    empty: wordFromDigest(merkleRoot([])),
    cases: COUNTS.map((count) => {
      const rows = Array.from({ length: count }, (_, i) => ({
        node: wordOf(0, count, i),
        digest: wordOf(1, count, i),
        fate: FATES[i % FATES.length] ?? '',
      }));
      const leaves = rows.map(({ node, digest, fate }) =>
        Uint8Array.of(...node, ...digest, ...new TextEncoder().encode(fate)),
      );
      const proofs = rows.map(({ node, digest, fate }, i) => ({
        nodeKey: hexFromBytes(node),
        updateDigest: hexFromBytes(digest),
        fate,
        index: i,
        path: merkleProof(leaves, i).path.map(hexFromBytes),
      }));
      return { count, root: wordFromDigest(merkleRoot(leaves)), proofs };
    }),
  };
}
