import { expect } from 'chai';
import { createCommittee, isMember, type Member, memberIndex, nodesOf } from '../committee.ts';
import { codeOf, signerOf } from './support.ts';

const member = (index: number, address: number): Member => ({
  node: signerOf(index).nodeId,
  signer: `0x${address.toString(16).padStart(40, '0')}`,
});

describe('committee', () => {
  it('numbers members by ascending signer, as the chain does', () => {
    const members = [member(0, 0xaa), member(1, 0x0b), member(2, 0xff), member(3, 0x9)];
    const committee = createCommittee(5, members);
    expect(committee.members.map(({ signer }) => Number(signer))).to.deep.equal([0x9, 0x0b, 0xaa, 0xff]);
    expect(memberIndex(committee, signerOf(0).nodeId)).to.equal(2);
    expect(nodesOf(committee)).to.deep.equal([3, 1, 0, 2].map((i) => signerOf(i).nodeId));
    expect(members[0]).to.deep.equal(member(0, 0xaa));
    expect([committee.epoch, committee.faults, committee.quorum]).to.deep.equal([5, 1, 3]);
  });

  it('tells members from others', () => {
    const committee = createCommittee(0, [member(0, 1), member(1, 2)]);
    expect(isMember(committee, signerOf(1).nodeId)).to.equal(true);
    expect(isMember(committee, signerOf(2).nodeId)).to.equal(false);
    expect(memberIndex(committee, signerOf(2).nodeId)).to.equal(-1);
  });

  it('refuses none, more than 255, and anyone twice', () => {
    const many = (n: number) => Array.from({ length: n }, (_, i) => member(i % 255, i));
    expect(codeOf(() => createCommittee(0, []))).to.equal('COMMITTEE_SIZE');
    expect(codeOf(() => createCommittee(0, many(255)))).to.equal(undefined);
    expect(codeOf(() => createCommittee(0, many(256)))).to.equal('COMMITTEE_SIZE');
    expect(codeOf(() => createCommittee(0, [member(0, 1), member(0, 2)]))).to.equal('COMMITTEE_DUPLICATE');
    expect(codeOf(() => createCommittee(0, [member(0, 1), member(1, 1)]))).to.equal('COMMITTEE_DUPLICATE');
  });
});
