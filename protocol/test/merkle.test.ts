import { expect } from 'chai';
import fc from 'fast-check';
import { fromHex, toHex } from '../digest.ts';
import { merkleProof, merkleRoot, verifyMerkleProof } from '../merkle.ts';
import { sha256 } from '../sha256.ts';
import { seeded } from './arbitraries.ts';
import { errorOf } from './expect-error.ts';

const leaf = fc.uint8Array({ maxLength: 4 });
const lists = fc.array(leaf, { minLength: 1, maxLength: 40 });
const bytes = (...values: number[]) => Uint8Array.from(values);
const list = (count: number) => Array.from({ length: count }, (_, i) => bytes(i));
const hashOf = (...parts: Uint8Array[]) => sha256(...parts);
const leafOf = (data: Uint8Array) => hashOf(bytes(0), data);
const nodeOf = (left: Uint8Array, right: Uint8Array) => hashOf(bytes(1), left, right);

/** The definition once more, from the top: the left part is the largest power of two below the count. */
function reference(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return hashOf(bytes(2));
  if (leaves.length === 1) return leafOf(only);
  const left = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return nodeOf(reference(leaves.slice(0, left)), reference(leaves.slice(left)));
}

describe('Merkle trees', () => {
  it('promote the last node of an odd level', () => {
    const [a, b, c] = [bytes(1), bytes(2), bytes(3)];
    expect(merkleRoot([])).to.equal(toHex(hashOf(bytes(2))));
    expect(merkleRoot([a])).to.equal(toHex(leafOf(a)));
    expect(merkleRoot([a, b, c])).to.equal(toHex(nodeOf(nodeOf(leafOf(a), leafOf(b)), leafOf(c))));
    for (let count = 0; count <= 70; count++) {
      expect(merkleRoot(list(count))).to.equal(toHex(reference(list(count))));
    }
  });

  it('prove every leaf where it stands', () => {
    for (let count = 1; count <= 33; count++) {
      const leaves = list(count);
      const root = merkleRoot(leaves);
      leaves.forEach((data, i) => {
        const proof = merkleProof(leaves, i);
        expect(proof.path.length).to.be.at.most(Math.ceil(Math.log2(count)));
        expect(verifyMerkleProof(root, data, proof)).to.equal(true);
      });
    }
  });

  it('prove nothing else', () => {
    fc.assert(
      fc.property(lists, fc.nat(), leaf, fc.nat(45), fc.nat(45), (leaves, at, other, index, count) => {
        const root = merkleRoot(leaves);
        const place = at % leaves.length;
        const proof = merkleProof(leaves, place);
        const data = leaves[place] ?? bytes();
        expect(verifyMerkleProof(root, other, proof)).to.equal(toHex(other) === toHex(data));
        // With the true count, a proof that passes for another place shows what stands at that place.
        if (verifyMerkleProof(root, data, { ...proof, index })) {
          expect(toHex(leaves[index] ?? bytes(9, 9, 9, 9, 9))).to.equal(toHex(data));
        }
        expect(verifyMerkleProof(root, data, { ...proof, path: [...proof.path, leafOf(data)] })).to.equal(
          false,
        );
        if (proof.path.length > 0) {
          expect(verifyMerkleProof(root, data, { ...proof, path: proof.path.slice(1) })).to.equal(false);
          expect(verifyMerkleProof(root, data, { ...proof, path: proof.path.slice(0, -1) })).to.equal(false);
        }
        // Another count may pass, but never for a leaf that is not in the list.
        if (verifyMerkleProof(root, other, { ...proof, count, index })) {
          expect(leaves.map(toHex)).to.include(toHex(other));
        }
      }),
      seeded(300),
    );
  });

  it('keep a repeated last leaf apart from an odd one', () => {
    const [a, b, c] = [bytes(1), bytes(2), bytes(3)];
    expect(merkleRoot([a, b, c])).to.not.equal(merkleRoot([a, b, c, c]));
    expect(merkleRoot([a])).to.not.equal(merkleRoot([a, a]));
  });

  it('take no inner node for a leaf', () => {
    const leaves = list(4);
    const root = merkleRoot(leaves);
    const [left, right] = [reference(leaves.slice(0, 2)), reference(leaves.slice(2))];
    const inner = Uint8Array.from([...left, ...right]);
    const [tagged, deep] = [
      Uint8Array.from([1, ...inner]),
      Uint8Array.from([...leafOf(bytes(0)), ...leafOf(bytes(1))]),
    ];
    expect(merkleRoot([inner])).to.not.equal(root);
    for (const forged of [inner, tagged]) {
      expect(verifyMerkleProof(root, forged, { index: 0, count: 1, path: [] })).to.equal(false);
    }
    expect(verifyMerkleProof(root, deep, { index: 0, count: 2, path: [right] })).to.equal(false);
  });

  it('refuse malformed proofs without an exception', () => {
    const leaves = list(5);
    const root = merkleRoot(leaves);
    const proof = merkleProof(leaves, 2);
    const data = bytes(2);
    expect(verifyMerkleProof(root, data, proof)).to.equal(true);
    const bad = [
      { ...proof, index: -1 },
      { ...proof, index: 5 },
      { ...proof, index: 0.5 },
      { ...proof, index: Number.NaN },
      { ...proof, count: 0 },
      { ...proof, count: 2 ** 32 + 1 },
      { ...proof, count: Number.POSITIVE_INFINITY },
      { ...proof, path: proof.path.map((hash) => hash.subarray(1)) },
      { ...proof, path: Array.from({ length: 33 }, () => leafOf(data)) },
    ];
    for (const forged of bad) expect(verifyMerkleProof(root, data, forged)).to.equal(false);
    expect(verifyMerkleProof(root.toUpperCase(), data, proof)).to.equal(false);
    expect(verifyMerkleProof('', data, proof)).to.equal(false);
    expect(toHex(fromHex(root))).to.equal(root);
  });

  it('have no proof for a place outside the list', () => {
    for (const index of [-1, 3, 0.5, Number.NaN]) {
      expect(errorOf(() => merkleProof(list(3), index)).code).to.equal('MERKLE_INDEX');
    }
  });
});
