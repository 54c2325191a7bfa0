import { bls12_381 } from '@noble/curves/bls12-381.js';
import { toHex } from '../../../protocol/digest.ts';
import { sha256 } from '../../../protocol/sha256.ts';
import { committeeKeysCommitment, encodeAggregateVote } from '../../client/aggregate-votes.ts';
import {
  BLS_DOMAINS,
  blsPublicKey,
  blsSecretKey,
  encodeKeyForChain,
  encodeSignatureForChain,
  signBls,
} from '../../client/bls.ts';
import { possessionDigest, provePossession } from '../../client/bls-possession.ts';
import { hexFromBytes, wordFromDigest } from '../../client/words.ts';

const { Fn } = bls12_381.G1.Point;
const text = (value: string) => new TextEncoder().encode(value);
const secretOf = (i: number) =>
  blsSecretKey(Uint8Array.of(...sha256(text(`member ${i}`)), ...new Uint8Array(16)));

/** RFC 9380, appendix J.10.1. */
const RFC_DOMAIN = 'QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_';
const RFC_MESSAGES = ['', 'abc', 'abcdef0123456789'];

/** Committee sizes, each with the positions that are absent. */
const CASES: readonly (readonly [size: number, absent: readonly number[]])[] = [
  [1, []],
  [4, [2]],
  [7, []],
  [7, [0, 6]],
  [22, [1, 2, 3, 9, 15, 20, 21]],
];

/** The same keys, hashes, signatures, commitments and proofs as Solidity makes or checks. */
export function blsVectors(): unknown {
  const digest = toHex(sha256(text('decision')));
  const statement = {
    chainId: 1,
    nodeRegistry: `0x${'11'.repeat(20)}`,
    signer: `0x${'22'.repeat(20)}`,
    key: blsPublicKey(secretOf(0)),
  };
  return {
    hashes: RFC_MESSAGES.map((message) => {
      const point = bls12_381.longSignatures.hash(text(message), RFC_DOMAIN).toBytes();
      return { message, point: hexFromBytes(encodeSignatureForChain(point)) };
    }),
    rfcDomain: RFC_DOMAIN,
    voteDomain: BLS_DOMAINS.vote,
    possessionDomain: BLS_DOMAINS.possession,
    digest: wordFromDigest(digest),
    possession: {
      digest: wordFromDigest(possessionDigest(statement)),
      key: hexFromBytes(encodeKeyForChain(statement.key)),
      signature: hexFromBytes(encodeSignatureForChain(provePossession(secretOf(0), statement))),
    },
    cases: CASES.map(([size, absent]) => {
      const secrets = Array.from({ length: size }, (_, i) => secretOf(i));
      const keys = secrets.map(blsPublicKey);
      const signers = [...keys.keys()].filter((i) => !absent.includes(i));
      const present = secrets.filter((_, i) => signers.includes(i));
      const secret = Fn.toBytes(present.reduce((total, each) => Fn.add(total, Fn.fromBytes(each)), 0n));
      // The sum of their signatures is the signature of the sum.
      const signature = signBls(secret, 'vote', digest);
      const { signers: bits, ...vote } = encodeAggregateVote(keys, { signers, signature });
      return {
        size,
        /** The sum of the signers' secrets, with which a test signs what it likes. */
        secret: hexFromBytes(secret),
        keys: wordFromDigest(committeeKeysCommitment(keys)),
        signers: `0x${bits.toString(16).padStart(64, '0')}`,
        ...vote,
      };
    }),
  };
}
