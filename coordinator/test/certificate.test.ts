import { expect } from 'chai';
import { digestOf, fromHex } from '../../protocol/digest.ts';
import type { Encodable } from '../../protocol/encoding.ts';
import { type Certificate, type CommitScheme, isCertified } from '../certificate.ts';
import type { Member } from '../committee.ts';
import { decisionOf, type RoundDecision } from '../entry.ts';
import { committeeOf, digest, entryOf, NETWORK } from './support.ts';

const committee = committeeOf(7, 2);

/** 65 bytes that only this signer and decision give: what a signature scheme is to its users. */
function signatureOf(decision: RoundDecision, signer: Member['signer']): Uint8Array {
  return Uint8Array.of(
    ...fromHex(digestOf('test/signature', { decision, signer } as Encodable)),
    ...new Uint8Array(33),
  );
}
const scheme: CommitScheme = {
  sign: () => Promise.reject(new Error('not asked for')),
  verify: (decision, signer, signature) => Buffer.compare(signatureOf(decision, signer), signature) === 0,
};

const entry = entryOf({ epoch: 2 });
const signed = (index: number, decision = decisionOf(NETWORK, entry, 3)) => {
  const signer = committee.members[index]?.signer ?? '0x';
  return { index, signature: signatureOf(decision, signer) };
};
const certificate = (fields: Partial<Certificate> = {}): Certificate => ({
  entry,
  view: 3,
  signatures: [0, 1, 2, 3, 4].map((index) => signed(index)),
  ...fields,
});
const isAccepted = (fields: Partial<Certificate> = {}, network = NETWORK) =>
  isCertified(certificate(fields), network, committee, scheme);

describe('certificate', () => {
  it('stands on a quorum and not on one vote less', async () => {
    expect(committee.quorum).to.equal(5);
    expect(await isAccepted()).to.equal(true);
    expect(await isAccepted({ signatures: [6, 3, 2, 5, 0].map((index) => signed(index)) })).to.equal(true);
    expect(await isAccepted({ signatures: [0, 1, 2, 3].map((index) => signed(index)) })).to.equal(false);
    expect(await isAccepted({ signatures: [] })).to.equal(false);
  });

  it('counts each member once', async () => {
    const repeated = [0, 1, 2, 3, 3, 3, 0].map((index) => signed(index));
    expect(await isAccepted({ signatures: repeated })).to.equal(false);
  });

  it('does not count signatures of others, of nobody, or of another decision', async () => {
    const four = [0, 1, 2, 3].map((index) => signed(index));
    const garbage = [
      { index: 4, signature: new Uint8Array(65) },
      { index: 4, signature: new Uint8Array() },
      { index: 4, signature: signed(5).signature },
      { index: 39, signature: signed(4).signature },
      signed(4, decisionOf(NETWORK, entry, 2)),
      signed(4, decisionOf(digest('other'), entry, 3)),
      signed(4, decisionOf(NETWORK, entryOf({ epoch: 2, reason: 'x' }), 3)),
    ];
    for (const bad of garbage) expect(await isAccepted({ signatures: [...four, bad] })).to.equal(false);
    expect(await isAccepted({ signatures: [...four, ...garbage] })).to.equal(false);
    // The chain refuses a whole certificate for one bad vote: such a version could never be published.
    for (const bad of [...garbage, signed(0)])
      expect(await isAccepted({ signatures: [...four, signed(4), bad] })).to.equal(false);
  });

  it('holds for its own network, view, entry and epoch alone', async () => {
    expect(await isAccepted({}, digest('other'))).to.equal(false);
    expect(await isAccepted({ view: 2 })).to.equal(false);
    expect(await isAccepted({ entry: entryOf({ epoch: 2, version: 9 }) })).to.equal(false);
    const wrongEpoch = entryOf({ epoch: 1 });
    const decision = decisionOf(NETWORK, wrongEpoch, 3);
    const signatures = [0, 1, 2, 3, 4].map((index) => signed(index, decision));
    expect(await isAccepted({ entry: wrongEpoch, signatures })).to.equal(false);
  });

  it('waits for a scheme that takes its time', async () => {
    const slow: CommitScheme = { ...scheme, verify: async (...given) => scheme.verify(...given) };
    expect(await isCertified(certificate(), NETWORK, committee, slow)).to.equal(true);
    const none: CommitScheme = { ...scheme, verify: async () => false };
    expect(await isCertified(certificate(), NETWORK, committee, none)).to.equal(false);
  });
});
