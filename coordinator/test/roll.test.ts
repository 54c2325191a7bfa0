import { expect } from 'chai';
import { encodeCanonical } from '../../protocol/encoding.ts';
import { merkleProof, verifyMerkleProof } from '../../protocol/merkle.ts';
import { MAX_ROSTER } from '../../protocol/messages.ts';
import { encodeLoggedRound, MAX_LOGGED_ROUND_BYTES, readLoggedRound } from '../logged-round.ts';
import {
  acceptedOf,
  createRoll,
  decodeRoll,
  droppedOf,
  encodeRoll,
  isRollOf,
  MAX_ROLL_BYTES,
  openRoll,
  rollLeaf,
  selectedOf,
  updatesOf,
} from '../roll.ts';
import { codeOf, entryOf, rollOfMembers, signerOf } from './support.ts';

const ROLL = rollOfMembers([3, 1, 2, 0], { 1: 'accepted', 2: 'UPDATE_NORM' });
const nodes = (...indices: number[]) => indices.map((index) => signerOf(index).nodeId);
const entry = entryOf({ updates: updatesOf(ROLL) });
const certificate = { entry, view: 0, signatures: [] };

describe('roll', () => {
  it('stands in the order of node ids, and knows who fared how', () => {
    const ascending = ROLL.map(({ node }) => node);
    expect(ascending).to.deep.equal([...ascending].sort());
    expect(selectedOf(ROLL)).to.have.members(nodes(0, 3));
    expect(acceptedOf(ROLL).map(({ node }) => node)).to.have.members(nodes(0, 1, 3));
    expect(droppedOf(ROLL)).to.deep.equal([{ node: nodes(2)[0], code: 'UPDATE_NORM' }]);
    expect(updatesOf(ROLL)).to.include({ sealed: 4, accepted: 3, selected: 2 });
  });

  it('comes back from its bytes, and every row has a proof against the entry', () => {
    expect(openRoll(encodeRoll(ROLL), entry)).to.deep.equal(ROLL);
    const leaves = ROLL.map(rollLeaf);
    leaves.forEach((leaf, i) => {
      expect(verifyMerkleProof(entry.updates.root, leaf, merkleProof(leaves, i))).to.equal(true);
    });
    expect(leaves[0]).to.have.length(64 + 'selected'.length);
  });

  it('is another with any row changed, left out or added, and with other counts', () => {
    const [first, ...rest] = ROLL;
    if (first === undefined) throw new Error('the roll has rows');
    const others = [
      rest,
      [{ ...first, fate: 'UPDATE_OTHER' }, ...rest],
      [{ ...first, digest: 'ff'.repeat(32) }, ...rest],
      createRoll([...ROLL, ...rollOfMembers([4])]),
    ];
    for (const other of others) expect(isRollOf(entry, other)).to.equal(false);
    expect(isRollOf({ updates: { ...entry.updates, selected: 3 } }, ROLL)).to.equal(false);
    expect(codeOf(() => openRoll(encodeRoll(rest), entry))).to.equal('ROLL_MISMATCH');
  });

  it('is refused in another form: disorder, doubles, other rows, too many, too long', () => {
    const leaf = (fate: string) => {
      const [key = new Uint8Array()] = ROLL.map(rollLeaf);
      return encodeCanonical([Uint8Array.of(...key.subarray(0, 64), ...new TextEncoder().encode(fate))]);
    };
    const malformed = [
      encodeRoll(ROLL.toReversed()),
      encodeRoll([...ROLL, ...ROLL.slice(-1)]),
      encodeCanonical({}),
      encodeCanonical(['row']),
      leaf(''),
      leaf('Selected'),
      leaf(`A${'B'.repeat(64)}`),
      encodeCanonical(Array.from({ length: MAX_ROSTER + 1 }, () => 0)),
    ];
    for (const bytes of malformed) expect(codeOf(() => decodeRoll(bytes))).to.equal('ROLL_MALFORMED');
    expect(codeOf(() => decodeRoll(new Uint8Array(MAX_ROLL_BYTES + 1)))).to.equal('DECODING_LIMIT');
  });

  it('has one encoding: a byte order mark before a fate is no part of it', () => {
    const [first, ...rest] = ROLL.map(rollLeaf);
    const marked = Uint8Array.of(...(first ?? []).slice(0, 64), 0xef, 0xbb, 0xbf, ...(first ?? []).slice(64));
    expect(codeOf(() => decodeRoll(encodeCanonical([marked, ...rest])))).to.equal('ROLL_MALFORMED');
  });

  it('travels with its certificate, whose bounds hold the largest', () => {
    const longest = new Uint8Array(64 + 64);
    const most = encodeCanonical(Array.from({ length: MAX_ROSTER }, () => longest));
    expect(most.length).to.be.at.most(MAX_ROLL_BYTES);
    const record = encodeLoggedRound(encodeCanonical(certificate as never), encodeRoll(ROLL));
    expect(readLoggedRound(record, 'peer')).to.deep.equal({ certificate, roll: ROLL });
    const without = encodeLoggedRound(encodeCanonical(certificate as never), undefined);
    expect(readLoggedRound(without, 'peer').roll).to.equal(undefined);
  });

  it('is refused beside another certificate, and what is no round of a log', () => {
    const of = (roll: Uint8Array | undefined) =>
      encodeLoggedRound(encodeCanonical(certificate as never), roll);
    const codes = [
      of(encodeRoll(ROLL.slice(1))),
      of(Uint8Array.of(0xc1)),
      encodeCanonical({ certificate: new Uint8Array(), roll: null }),
      encodeCanonical({ certificate: new Uint8Array(), roll: null, more: 1 }),
      encodeCanonical([]),
      new Uint8Array(MAX_LOGGED_ROUND_BYTES + 1),
    ].map((bytes) => codeOf(() => readLoggedRound(bytes, 'peer')));
    expect(codes[0]).to.equal('ROLL_MISMATCH');
    expect(codes.slice(2)).to.deep.equal([
      'LOG_MALFORMED',
      'LOG_MALFORMED',
      'LOG_MALFORMED',
      'LOG_MALFORMED',
    ]);
    expect(codes[1]).to.match(/^DECODING_/);
  });
});
