import { bls12_381 } from '@noble/curves/bls12-381.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { BallastError } from '../../protocol/errors.ts';
import { committeeKeysCommitment, encodeAggregateVote } from '../client/aggregate-votes.ts';
import {
  aggregateBlsKeys,
  aggregateBlsSignatures,
  blsPublicKey,
  blsSecretKey,
  decodeKeyFromChain,
  encodeKeyForChain,
  isBlsKey,
  isSignedByAll,
  isSignedWithBls,
  signBls,
} from '../client/bls.ts';
import { isPossessionProven, type PossessionStatement, provePossession } from '../client/bls-possession.ts';
import { hexFromBytes } from '../client/words.ts';

const { G1 } = bls12_381;
const digest = 'ab'.repeat(32);
const other = 'ac'.repeat(32);
const secrets = [1, 2, 3, 4].map((i) => blsSecretKey(new Uint8Array(48).fill(i)));
const keys = secrets.map(blsPublicKey);
const signatures = secrets.map((secret) => signBls(secret, 'vote', digest));
const [secret = new Uint8Array()] = secrets;
const [key = new Uint8Array(), second = new Uint8Array()] = keys;
const [signature = new Uint8Array()] = signatures;

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof BallastError) return error.code;
    throw error;
  }
  return 'none';
};

describe('BLS votes', function () {
  this.timeout(10_000);

  it('are for one digest, one purpose and one key', () => {
    expect([secret.length, key.length, signature.length]).to.deep.equal([32, 48, 96]);
    expect(isSignedWithBls(key, 'vote', digest, signature)).to.equal(true);
    expect(isSignedWithBls(key, 'vote', other, signature)).to.equal(false);
    expect(isSignedWithBls(key, 'possession', digest, signature)).to.equal(false);
    expect(isSignedWithBls(second, 'vote', digest, signature)).to.equal(false);
  });

  it('add up to one signature under the sum of the keys', () => {
    const sum = aggregateBlsSignatures(signatures.slice(0, 3));
    expect(isSignedByAll(keys.slice(0, 3), 'vote', digest, sum)).to.equal(true);
    expect(isSignedWithBls(aggregateBlsKeys(keys.slice(0, 3)), 'vote', digest, sum)).to.equal(true);
    expect(isSignedByAll(keys, 'vote', digest, sum)).to.equal(false);
    expect(isSignedByAll([], 'vote', digest, sum)).to.equal(false);
  });

  it('are nobody’s when malformed, and nothing throws', () => {
    const infinity = Uint8Array.of(0xc0, ...new Uint8Array(95));
    expect(isSignedWithBls(key, 'vote', digest, infinity)).to.equal(false);
    expect(isSignedWithBls(infinity.subarray(0, 48), 'vote', digest, infinity)).to.equal(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(isSignedWithBls(key, 'vote', digest, bytes)).to.equal(false);
        expect(isSignedWithBls(bytes, 'vote', digest, signature)).to.equal(false);
      }),
      { seed: 3, numRuns: 50 },
    );
    expect(codeOf(() => aggregateBlsSignatures([signature, signature.subarray(1)]))).to.equal(
      'BLS_POINT_MALFORMED',
    );
    expect(codeOf(() => aggregateBlsSignatures([]))).to.equal('BLS_POINT_MALFORMED');
    expect(codeOf(() => aggregateBlsKeys([infinity.subarray(0, 48)]))).to.equal('BLS_POINT_MALFORMED');
    expect(codeOf(() => signBls(new Uint8Array(32), 'vote', digest))).to.equal('BLS_SECRET_MALFORMED');
    expect(codeOf(() => blsPublicKey(new Uint8Array(31).fill(1)))).to.equal('BLS_SECRET_MALFORMED');
  });

  it('take no key outside the subgroup', () => {
    // (0, 2) is on the curve and of order 3; the flags say: compressed, the smaller y.
    const small = Uint8Array.of(0x80, ...new Uint8Array(47));
    expect(() => G1.Point.fromBytes(small)).to.throw('prime-order subgroup');
    expect(isBlsKey(small)).to.equal(false);
    expect(codeOf(() => encodeKeyForChain(small))).to.equal('BLS_POINT_MALFORMED');
    expect(isBlsKey(key)).to.equal(true);
    expect(decodeKeyFromChain(encodeKeyForChain(key))).to.deep.equal(key);
    const order3 = new Uint8Array(128);
    order3[127] = 2;
    for (const bad of [order3, new Uint8Array(128), new Uint8Array(127)])
      expect(codeOf(() => decodeKeyFromChain(bad))).to.equal('BLS_POINT_MALFORMED');
  });
});

describe('proofs of possession', () => {
  const statement: PossessionStatement = {
    chainId: 31_337,
    nodeRegistry: `0x${'11'.repeat(20)}`,
    signer: `0x${'22'.repeat(20)}`,
    key,
  };
  const proof = provePossession(secret, statement);

  it('name the key, its signer, the registry and the chain', () => {
    expect(isPossessionProven(statement, proof)).to.equal(true);
    const others: PossessionStatement[] = [
      { ...statement, chainId: 1 },
      { ...statement, nodeRegistry: `0x${'12'.repeat(20)}` },
      { ...statement, signer: `0x${'23'.repeat(20)}` },
      { ...statement, key: second },
      { ...statement, key: key.subarray(1) },
    ];
    for (const each of others) expect(isPossessionProven(each, proof)).to.equal(false);
    expect(isPossessionProven(statement, signature)).to.equal(false);
  });

  it('stop a key that is made from the others’ keys', () => {
    // The rogue key is its own less the sum of the others: the sum of all is its own, so it alone signs for all.
    const honest = keys.slice(0, 3);
    const rogue = G1.Point.fromBytes(blsPublicKey(secrets[3] ?? secret))
      .subtract(G1.Point.fromBytes(aggregateBlsKeys(honest)))
      .toBytes();
    const forged = signBls(secrets[3] ?? secret, 'vote', digest);
    expect(isSignedByAll([...honest, rogue], 'vote', digest, forged)).to.equal(true);
    for (const each of secrets) {
      const claim = { ...statement, key: rogue };
      expect(isPossessionProven(claim, provePossession(each, claim))).to.equal(false);
    }
  });
});

describe('aggregate votes for the chain', () => {
  it('carry the absent members’ keys and nothing of those who signed', () => {
    const vote = encodeAggregateVote(keys, { signers: [3, 0, 1], signature });
    expect(vote.signers).to.equal(0b1011n);
    expect(vote.absentKeys).to.equal(hexFromBytes(encodeKeyForChain(keys[2] ?? key)));
    expect(vote.siblings).to.have.length(2);
    const all = encodeAggregateVote(keys, { signers: [0, 1, 2, 3], signature });
    expect([all.absentKeys, all.siblings.length]).to.deep.equal(['0x', 0]);
  });

  it('refuse repeated keys, strangers and committees of no size', () => {
    expect(codeOf(() => committeeKeysCommitment([key, key]))).to.equal('COMMITTEE_DUPLICATE');
    expect(codeOf(() => committeeKeysCommitment([]))).to.equal('COMMITTEE_SIZE');
    const many = Array.from({ length: 256 }, () => key);
    expect(codeOf(() => committeeKeysCommitment(many))).to.equal('COMMITTEE_SIZE');
    for (const signers of [[4], [-1], [0.5], [1, 1]]) {
      expect(codeOf(() => encodeAggregateVote(keys, { signers, signature }))).to.equal('VOTE_SIGNERS');
    }
  });

  it('commit to the keys and their order', () => {
    expect(committeeKeysCommitment(keys)).to.not.equal(committeeKeysCommitment(keys.toReversed()));
    expect(committeeKeysCommitment(keys)).to.not.equal(committeeKeysCommitment(keys.slice(1)));
  });
});
