import { expect } from 'chai';
import fc from 'fast-check';
import { hashTypedData } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { committeeRoot } from '../client/committee.ts';
import { lowerMedian } from '../client/controller.ts';
import { parameterId, STABILITY_FEE, wordFromUnit } from '../client/parameters.ts';
import { isSignedBy, recoverSigner, signRoundDecision } from '../client/signatures.ts';
import { type RoundDecision, roundDecisionDigest } from '../client/typed-data.ts';
import { hexFromBytes } from '../client/words.ts';

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const digest = (byte: string): Digest => byte.repeat(32);
const account = privateKeyToAccount(`0x${digest('01')}`);
const signer = account.address.toLowerCase();
const domain = { chainId: 31_337, contract: `0x${'ab'.repeat(20)}` };
const decision: RoundDecision = {
  network: digest('11'),
  epoch: 1,
  round: 9,
  view: 2,
  outcome: 'accepted',
  version: 5,
  modelDigest: digest('22'),
  entryDigest: digest('33'),
};

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof BallastError) return error.code;
    throw error;
  }
  return 'none';
};

describe('chain signatures', () => {
  it('recover to their signer, for their digest alone', async () => {
    const signature = await signRoundDecision(account, domain, decision);
    expect(signature).to.have.length(65);
    expect(await recoverSigner(roundDecisionDigest(domain, decision), signature)).to.equal(signer);
    const others: RoundDecision[] = [
      { ...decision, network: digest('12') },
      { ...decision, epoch: 2 },
      { ...decision, round: 10 },
      { ...decision, view: 3 },
      { ...decision, outcome: 'rejected' },
      { ...decision, version: 6 },
      { ...decision, modelDigest: digest('23') },
      { ...decision, entryDigest: digest('34') },
    ];
    for (const other of others) {
      expect(await isSignedBy(roundDecisionDigest(domain, other), signature, signer)).to.equal(false);
    }
    const elsewhere = { ...domain, chainId: 1 };
    expect(await isSignedBy(roundDecisionDigest(elsewhere, decision), signature, signer)).to.equal(false);
  });

  it('are nobody’s in any form that the contracts refuse', async () => {
    const signature = await signRoundDecision(account, domain, decision);
    const hash = roundDecisionDigest(domain, decision);
    const s = BigInt(hexFromBytes(signature.subarray(32, 64)));
    const flipped = signature[64] === 27 ? 28 : 27;
    const highS = Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex');
    const malleable = Uint8Array.of(...signature.subarray(0, 32), ...highS, flipped);
    expect(await recoverSigner(hash, malleable)).to.equal(undefined);
    for (const v of [0, 1, 26, 29, 37]) {
      expect(await recoverSigner(hash, Uint8Array.of(...signature.subarray(0, 64), v))).to.equal(undefined);
    }
    expect(await recoverSigner(hash, signature.subarray(0, 64))).to.equal(undefined);
    expect(await recoverSigner(hash, Uint8Array.of(...signature, 0))).to.equal(undefined);
    expect(await recoverSigner(hash, Uint8Array.of(...new Uint8Array(64), 27))).to.equal(undefined);
  });

  it('never make recoverSigner throw', async () => {
    const anything = fc.uint8Array({ minLength: 0, maxLength: 66 });
    await fc.assert(
      fc.asyncProperty(anything, async (bytes) => {
        const recovered = await recoverSigner(digest('44'), bytes);
        expect(recovered).to.not.equal(signer);
      }),
      { seed: 7, numRuns: 50 },
    );
  });

  it('keep the type that the contracts hash', () => {
    // The typed data of the interface, spelt out once more without the module under test.
    const expected = hashTypedData({
      domain: { name: 'Ballast', version: '1', chainId: 31_337, verifyingContract: `0x${'ab'.repeat(20)}` },
      types: {
        RoundDecision: [
          ['bytes32', 'network'],
          ['uint64', 'epoch'],
          ['uint64', 'round'],
          ['uint32', 'view'],
          ['uint8', 'outcome'],
          ['uint64', 'version'],
          ['bytes32', 'modelDigest'],
          ['bytes32', 'entryDigest'],
        ].map(([type = '', name = '']) => ({ type, name })),
      },
      primaryType: 'RoundDecision',
      message: {
        network: `0x${digest('11')}`,
        epoch: 1n,
        round: 9n,
        view: 2,
        outcome: 1,
        version: 5n,
        modelDigest: `0x${digest('22')}`,
        entryDigest: `0x${digest('33')}`,
      },
    });
    expect(`0x${roundDecisionDigest(domain, decision)}`).to.equal(expected);
  });
});

describe('committeeRoot', () => {
  it('refuses unsorted, repeated, missing and too many addresses', () => {
    const address = (n: number) => `0x${n.toString(16).padStart(40, '0')}`;
    expect(committeeRoot([address(1), address(2)])).to.match(/^[0-9a-f]{64}$/);
    expect(committeeRoot([`0x${'AB'.repeat(20)}`])).to.equal(committeeRoot([`0x${'ab'.repeat(20)}`]));
    expect(codeOf(() => committeeRoot([address(2), address(1)]))).to.equal('COMMITTEE_ORDER');
    expect(codeOf(() => committeeRoot([address(1), address(1)]))).to.equal('COMMITTEE_ORDER');
    expect(codeOf(() => committeeRoot([]))).to.equal('COMMITTEE_SIZE');
    const many = Array.from({ length: 256 }, (_, i) => address(i + 1));
    expect(codeOf(() => committeeRoot(many))).to.equal('COMMITTEE_SIZE');
    expect(committeeRoot(many.slice(0, 255))).to.match(/^[0-9a-f]{64}$/);
  });
});

describe('lowerMedian', () => {
  it('has at most half of the values on either side, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(0n, 1000n), { minLength: 1, maxLength: 40 }), (values) => {
        const median = lowerMedian(values);
        expect(values).to.include(median);
        expect(values.filter((value) => value < median).length).to.be.at.most((values.length - 1) / 2);
        expect(values.filter((value) => value > median).length).to.be.at.most(values.length / 2);
        expect(lowerMedian(values.toReversed())).to.equal(median);
      }),
      { seed: 11 },
    );
    expect(lowerMedian([4n, 1n, 3n, 2n])).to.equal(2n);
    expect(codeOf(() => lowerMedian([]))).to.equal('RECOMMENDATIONS_EMPTY');
  });
});

describe('parameter names', () => {
  it('are hashed as the contracts’ tests hash them', () => {
    expect(parameterId('STABILITY_FEE')).to.equal(STABILITY_FEE);
    expect(STABILITY_FEE)
      .to.match(/^[0-9a-f]{64}$/)
      .and.not.equal(parameterId('STABILITY_FEE '));
    expect(codeOf(() => wordFromUnit(''))).to.equal('UNIT_LABEL');
    expect(codeOf(() => wordFromUnit('x'.repeat(33)))).to.equal('UNIT_LABEL');
  });
});
