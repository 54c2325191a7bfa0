import { expect } from 'chai';
import { blsPublicKey, signBls } from '../client/bls.ts';
import { equivocatorOf, isConflict, isSignedTwice } from '../client/equivocation.ts';
import { signRoundDecision } from '../client/signatures.ts';
import { roundDecisionDigest } from '../client/typed-data.ts';
import {
  EQUIVOCATION_DOMAIN as DOMAIN,
  EQUIVOCATIONS,
  EQUIVOCATOR,
  EQUIVOCATOR_BLS_SECRET,
} from './shared/equivocation.ts';

describe('equivocation in commit votes', () => {
  for (const { what, decisions, isConflict: expected } of EQUIVOCATIONS) {
    it(`${expected ? 'is' : 'is not'} ${what}`, async () => {
      const [first, second] = decisions;
      const sign = (decision: typeof first) => signRoundDecision(EQUIVOCATOR, DOMAIN, decision);
      const votes = [await sign(first), await sign(second)] as const;
      expect(isConflict(first, second)).to.equal(expected);
      expect(isConflict(second, first)).to.equal(expected);
      const signer = expected ? EQUIVOCATOR.address.toLowerCase() : undefined;
      expect(await equivocatorOf(DOMAIN, { decisions, votes })).to.equal(signer);
    });
  }

  it('is proven by votes of one key for these decisions and this registry', async () => {
    const [{ decisions } = { decisions: undefined }] = EQUIVOCATIONS;
    if (decisions === undefined) throw new Error('expected a case');
    const [first, second] = decisions;
    const sign = (decision: typeof first) => signRoundDecision(EQUIVOCATOR, DOMAIN, decision);
    const votes = [await sign(first), await sign(second)] as const;
    const elsewhere = { ...DOMAIN, chainId: 1 };
    expect(await equivocatorOf(elsewhere, { decisions, votes })).to.equal(undefined);
    expect(await equivocatorOf(DOMAIN, { decisions, votes: [votes[0], votes[0]] })).to.equal(undefined);
    expect(await equivocatorOf(DOMAIN, { decisions, votes: [votes[0], new Uint8Array(64)] })).to.equal(
      undefined,
    );

    const bls = [first, second].map((decision) =>
      signBls(EQUIVOCATOR_BLS_SECRET, 'vote', roundDecisionDigest(DOMAIN, decision)),
    );
    const [a = new Uint8Array(), b = new Uint8Array()] = bls;
    const key = blsPublicKey(EQUIVOCATOR_BLS_SECRET);
    expect(isSignedTwice(DOMAIN, { decisions, votes: [a, b] }, key)).to.equal(true);
    expect(isSignedTwice(DOMAIN, { decisions, votes: [a, a] }, key)).to.equal(false);
    expect(isSignedTwice(DOMAIN, { decisions: [first, first], votes: [a, a] }, key)).to.equal(false);
  });
});
