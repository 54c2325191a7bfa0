import { type Hex, keccak256 } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { MAX_COMMITTEE } from '../../protocol/round-entry.ts';
import { aggregateBlsKeys, encodeKeyForChain, encodeSignatureForChain } from './bls.ts';
import { bytesFromHex, digestFromWord, hexFromBytes } from './words.ts';

/** A quorum's votes as one BLS signature. */
export type AggregateVote = {
  /** Positions of those who signed, in the committee's order, each once. */
  readonly signers: readonly number[];
  /** Sum of their signatures, 96 bytes. */
  readonly signature: Uint8Array;
};

/** The form that the contracts take (`AggregateVotes.sol`). */
export type EncodedAggregateVote = {
  readonly signers: bigint;
  readonly signature: Hex;
  readonly aggregateKey: Hex;
  readonly keysRoot: Hex;
  readonly absentKeys: Hex;
  readonly siblings: readonly Hex[];
};

type Node = { readonly place: number; readonly isKnown: boolean; readonly hash: Hex };

/**
 * What the chain knows a committee's BLS keys by: keccak256(sum of the keys ‖ root of the tree over them).
 *
 * @param keys of 48 bytes in the order of the committee's addresses.
 * @throws BallastError `COMMITTEE_SIZE`, `COMMITTEE_DUPLICATE` or `BLS_POINT_MALFORMED`.
 */
export function committeeKeysCommitment(keys: readonly Uint8Array[]): Digest {
  requireCommitteeKeys(keys);
  const aggregate = encodeKeyForChain(aggregateBlsKeys(keys));
  const root = bytesFromHex(prove(keys, new Set()).root);
  return digestFromWord(keccak256(Uint8Array.of(...aggregate, ...root)));
}

/**
 * A vote with the keys of the absent members, and one proof for them all.
 *
 * @param keys of all members, in the order of the committee's addresses.
 * @throws BallastError as {@link committeeKeysCommitment}, or `VOTE_SIGNERS` for a position that is repeated or that
 *   the committee does not have.
 */
export function encodeAggregateVote(
  keys: readonly Uint8Array[],
  { signers, signature }: AggregateVote,
): EncodedAggregateVote {
  requireCommitteeKeys(keys);
  const signed = new Set(signers);
  if (signed.size !== signers.length || signers.some((i) => keys[i] === undefined)) {
    throw new BallastError(
      'VOTE_SIGNERS',
      `signers: got ${signers.join(', ')}, expected distinct positions below ${keys.length}`,
    );
  }
  const absent = new Set([...keys.keys()].filter((i) => !signed.has(i)));
  const absentKeys = [...absent].flatMap((i) => [...encodeKeyForChain(keys[i] ?? new Uint8Array())]);
  const { root, siblings } = prove(keys, absent);
  return {
    signers: signers.reduce((bits, i) => bits | (1n << BigInt(i)), 0n),
    signature: hexFromBytes(encodeSignatureForChain(signature)),
    aggregateKey: hexFromBytes(encodeKeyForChain(aggregateBlsKeys(keys))),
    keysRoot: root,
    absentKeys: hexFromBytes(Uint8Array.from(absentKeys)),
    siblings,
  };
}

/** The tree's root, and the hashes that lead to it from the leaves at `known` alone, as the contract walks it. */
function prove(
  keys: readonly Uint8Array[],
  known: ReadonlySet<number>,
): { readonly root: Hex; readonly siblings: readonly Hex[] } {
  const siblings: Hex[] = [];
  let level: Node[] = keys.map((key, place) => ({
    place,
    isKnown: known.has(place),
    hash: keccak256(Uint8Array.of(0, ...encodeKeyForChain(key))),
  }));
  while (level.length > 1) {
    const above: Node[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i], level[i + 1]];
      if (left === undefined) break;
      const place = i / 2;
      if (right === undefined) {
        above.push({ ...left, place });
        continue;
      }
      if (left.isKnown !== right.isKnown) siblings.push(left.isKnown ? right.hash : left.hash);
      const hash = keccak256(Uint8Array.of(1, ...bytesFromHex(left.hash), ...bytesFromHex(right.hash)));
      above.push({ place, isKnown: left.isKnown || right.isKnown, hash });
    }
    level = above;
  }
  return { root: level[0]?.hash ?? '0x', siblings };
}

/** One key for two members would let the first one's vote count as two. */
function requireCommitteeKeys(keys: readonly Uint8Array[]): void {
  if (keys.length < 1 || keys.length > MAX_COMMITTEE) {
    throw new BallastError(
      'COMMITTEE_SIZE',
      `committee: got ${keys.length} keys, expected 1 to ${MAX_COMMITTEE}`,
    );
  }
  if (new Set(keys.map(hexFromBytes)).size !== keys.length) {
    throw new BallastError('COMMITTEE_DUPLICATE', 'committee: a BLS key stands twice, expected each once');
  }
}
