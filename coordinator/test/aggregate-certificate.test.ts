import { expect } from 'chai';
import { digestOf, fromHex, toHex } from '../../protocol/digest.ts';
import type { Encodable } from '../../protocol/encoding.ts';
import {
  type Certificate,
  type CommitScheme,
  castVote,
  isCertified,
  isInFormOf,
  sealCertificate,
  signersOf,
  validVotes,
} from '../certificate.ts';
import { type Committee, createCommittee, hasBlsKeys, type Member } from '../committee.ts';
import { decodeEpoch, encodeEpoch } from '../committee-record.ts';
import { decisionOf, type RoundDecision } from '../entry.ts';
import { createRoster } from '../roster.ts';
import { bitmapOf } from '../signers.ts';
import { codeOf, committeeOf, entryOf, NETWORK } from './support.ts';

const keyed = (size: number): Committee =>
  createCommittee(
    2,
    committeeOf(size, 2).members.map((member, i) => ({
      ...member,
      blsKey: toHex(new Uint8Array(48).fill(i)),
    })),
  );
const committee = keyed(7);
const entry = entryOf({ epoch: 2 });
const decision = decisionOf(NETWORK, entry, 3);

/** Votes as hashes that add up by exclusive or: what a scheme is to its users. */
function voteOf(by: Member, of: RoundDecision): Uint8Array {
  const half = fromHex(digestOf('test/vote', { of, key: by.blsKey ?? '' } as unknown as Encodable));
  return Uint8Array.of(...half, ...half, ...half);
}
const sum = (votes: readonly Uint8Array[]) =>
  votes.reduce((total, vote) => total.map((byte, i) => byte ^ (vote[i] ?? 0)), new Uint8Array(96));
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const schemeOf = (self: Member | undefined): CommitScheme => ({
  sign: () => Promise.reject(new Error('not asked for')),
  verify: () => Promise.reject(new Error('not asked for')),
  aggregate: {
    sign: async (of) => (self === undefined ? new Uint8Array() : voteOf(self, of)),
    valid: (of, votes) => votes.map(({ member, signature }) => isSame(voteOf(member, of), signature)),
    sum,
    verify: (of, members, signature) => isSame(sum(members.map((member) => voteOf(member, of))), signature),
  },
});
const scheme = schemeOf(committee.members[0]);
const votesOf = (positions: readonly number[]) =>
  positions.flatMap((index) => {
    const member = committee.members[index];
    return member === undefined ? [] : [{ index, signature: voteOf(member, decision) }];
  });
const sealed = (positions: readonly number[]): Certificate =>
  sealCertificate(scheme, committee, { entry, view: 3, signatures: votesOf(positions) });
const isAccepted = (certificate: Certificate, by: Committee = committee) =>
  isCertified(certificate, NETWORK, by, scheme);

describe('certificate of a committee with BLS keys', () => {
  it('has one signature and who is in it, and stands on a quorum', async () => {
    const certificate = sealed([6, 1, 2, 3, 4]);
    expect(certificate.signatures).to.deep.equal([]);
    expect(certificate.aggregate?.signature).to.have.length(96);
    expect(signersOf(certificate)).to.deep.equal([1, 2, 3, 4, 6]);
    expect(await isAccepted(certificate)).to.equal(true);
    expect(await isAccepted(sealed([0, 1, 2, 3]))).to.equal(false);
    expect(sealCertificate(scheme, committee, certificate)).to.equal(certificate);
  });

  it('names exactly those who signed', async () => {
    const good = sealed([0, 1, 2, 3, 4]);
    const signature = good.aggregate?.signature ?? new Uint8Array();
    const naming = (...positions: number[]) => ({
      ...good,
      aggregate: { signers: bitmapOf(positions), signature },
    });
    expect(await isAccepted(naming(0, 1, 2, 3, 4))).to.equal(true);
    for (const other of [naming(0, 1, 2, 3, 4, 5), naming(0, 1, 2, 3, 5), naming(0, 1, 2, 3, 4, 7)])
      expect(await isAccepted(other)).to.equal(false);
    expect(await isAccepted({ ...good, view: 2 })).to.equal(false);
    const short = { ...good, aggregate: { signers: new Uint8Array(31), signature } };
    expect(await isAccepted(short)).to.equal(false);
  });

  it('is not taken in the other form, nor with single votes beside', async () => {
    const list = { entry, view: 3, signatures: votesOf([0, 1, 2, 3, 4]) };
    expect(isInFormOf(committee, list)).to.equal(false);
    expect(await isAccepted(list)).to.equal(false);
    expect(await isAccepted({ ...sealed([0, 1, 2, 3, 4]), signatures: votesOf([5]) })).to.equal(false);
    expect(await isAccepted(sealed([0, 1, 2, 3, 4]), committeeOf(7, 2))).to.equal(false);
    expect(isInFormOf(committeeOf(7, 2), list)).to.equal(true);
  });

  it('is made of the votes that count', async () => {
    const [first, second] = committee.members;
    if (first === undefined || second === undefined) throw new Error('expected members');
    const vote = await castVote(scheme, committee, decision);
    const votes = [first, second].map((member) => ({ member, signature: vote }));
    expect(await validVotes(scheme, committee, decision, votes)).to.deep.equal([true, false]);
  });

  it('needs a node that can vote so', async () => {
    const { aggregate: _, ...single } = scheme;
    const refusal = await castVote(single, committee, decision).catch(
      (error: { code: string }) => error.code,
    );
    expect(refusal).to.equal('VOTE_SCHEME_MISSING');
  });
});

describe('committee with BLS keys', () => {
  it('has a distinct key for each member or none', () => {
    expect([hasBlsKeys(committee), hasBlsKeys(committeeOf(4))]).to.deep.equal([true, false]);
    const [first, ...others] = committee.members;
    if (first === undefined) throw new Error('expected a member');
    const { blsKey: _, ...bare } = first;
    const repeated = { ...first, blsKey: others[0]?.blsKey ?? '' };
    for (const each of [bare, repeated])
      expect(codeOf(() => createCommittee(2, [each, ...others]))).to.equal('COMMITTEE_KEYS');
  });

  it('keeps its keys in its record', () => {
    const recordOf = (each: Committee) => encodeEpoch({ committee: each, roster: createRoster(each) });
    expect(decodeEpoch(recordOf(committee), 2).committee).to.deep.equal(committee);
    const upper = createCommittee(
      2,
      committee.members
        .map((member) => ({ ...member, blsKey: `${member.blsKey?.slice(0, 94)}AB` }))
        .slice(0, 1),
    );
    expect(codeOf(() => decodeEpoch(recordOf(upper), 2))).to.equal('COMMITTEE_MALFORMED');
  });
});
