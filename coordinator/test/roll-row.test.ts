import { expect } from 'chai';
import { encodeCanonical } from '../../protocol/encoding.ts';
import { merkleProof } from '../../protocol/merkle.ts';
import { createRoll, rollLeaf, updatesOf } from '../roll.ts';
import { encodeProvenRow, MAX_PROVEN_ROW_BYTES, openProvenRow, provenRow } from '../roll-row.ts';
import { codeOf, digest, signerOf } from './support.ts';

const ROUND = 3;
const node = (index: number) => signerOf(index).nodeId;
const rollOf = (size: number) =>
  createRoll(
    Array.from({ length: size }, (_, i) => ({
      node: node(i),
      digest: digest(`update ${i}`),
      fate: i % 2 === 0 ? 'selected' : 'BODY_NOT_SERVED',
    })),
  );
const entryOf = (roll: ReturnType<typeof rollOf>) => ({ round: ROUND, updates: updatesOf(roll) });

function bytesOf(roll: ReturnType<typeof rollOf>, of: string): Uint8Array {
  const found = provenRow(roll, of);
  if (found === undefined) throw new Error('no row');
  return encodeProvenRow(found);
}

describe('one row of a roll', () => {
  it('is proven against the entry, in rolls of every size', () => {
    for (const size of [1, 2, 3, 5, 8, 9]) {
      const roll = rollOf(size);
      for (const [index, row] of roll.entries()) {
        const found = provenRow(roll, row.node);
        expect(found?.proof).to.deep.equal(merkleProof(roll.map(rollLeaf), index));
        expect(openProvenRow(bytesOf(roll, row.node), entryOf(roll), row.node)).to.deep.equal(row);
      }
    }
    expect(provenRow(rollOf(3), node(3))).to.equal(undefined);
  });

  it('takes a hash more where the roll is twice as long', () => {
    const longest = (size: number) =>
      Math.max(...rollOf(size).map((row) => bytesOf(rollOf(size), row.node).length));
    expect(longest(16) - longest(8)).to.be.within(34, 38);
  });

  it('is refused for another node, another round’s entry, another number of rows, or another fate', () => {
    const roll = rollOf(5);
    const [entry, bytes] = [entryOf(roll), bytesOf(roll, node(1))];
    const found = provenRow(roll, node(1));
    if (found === undefined) throw new Error('no row');
    const forged = encodeProvenRow({ ...found, row: { ...found.row, fate: 'accepted' } });
    const counted = { ...entry, updates: { ...entry.updates, sealed: 6 } };
    const codes = [
      () => openProvenRow(bytes, entry, node(2)),
      () => openProvenRow(bytes, entryOf(rollOf(6)), node(1)),
      () => openProvenRow(bytes, counted, node(1)),
      () => openProvenRow(forged, entry, node(1)),
    ].map(codeOf);
    expect(codes).to.deep.equal(Array(4).fill('ROLL_MISMATCH'));
  });

  it('is refused beyond its limits, or in another form', () => {
    const roll = rollOf(2);
    const leaf = rollLeaf({ node: node(0), digest: digest('update 0'), fate: 'selected' });
    const frame = { leaf, index: 0, count: 2 };
    const hash = new Uint8Array(32);
    const malformed = [
      new Uint8Array(MAX_PROVEN_ROW_BYTES + 1),
      encodeCanonical({ ...frame, path: Array(33).fill(hash) }),
      encodeCanonical({ ...frame, path: [hash.slice(1)] }),
      encodeCanonical({ ...frame, path: [hash], more: 1 }),
      encodeCanonical({ ...frame, leaf: leaf.slice(0, 64), path: [hash] }),
      encodeCanonical([]),
      bytesOf(roll, node(0)).slice(0, -1),
    ];
    for (const bytes of malformed)
      expect(codeOf(() => openProvenRow(bytes, entryOf(roll), node(0)))).to.equal('ROLL_MALFORMED');
    const deepest = { index: 0, count: 2 ** 32, path: Array(32).fill(hash) };
    const row = { node: node(0), digest: digest('x'), fate: 'F'.repeat(64) };
    expect(encodeProvenRow({ row, proof: deepest }).length).to.be.at.most(MAX_PROVEN_ROW_BYTES);
  });
});
