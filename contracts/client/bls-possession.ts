import { type Hex, hashTypedData } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { encodeKeyForChain, isBlsKey, isSignedWithBls, signBls } from './bls.ts';
import { typedDataDomain } from './typed-data.ts';
import { digestFromWord, hexFromBytes, lowerCaseAddress } from './words.ts';

/**
 * Whose key it is. The proof names the signer, so that nobody registers another's key with its owner's proof: the
 * owner's vote would count twice.
 */
export type PossessionStatement = {
  readonly chainId: number;
  /** Address of the NodeRegistry. */
  readonly nodeRegistry: string;
  /** The member's hot key's address. */
  readonly signer: string;
  /** 48 bytes. */
  readonly key: Uint8Array;
};

const TYPES = {
  BlsPossession: [
    { name: 'signer', type: 'address' },
    { name: 'key', type: 'bytes' },
  ],
} as const;

/** The 32 bytes that the owner of a BLS key signs with it. @throws BallastError `BLS_POINT_MALFORMED`. */
export function possessionDigest({ chainId, nodeRegistry, signer, key }: PossessionStatement): Digest {
  const encoded: Hex = hexFromBytes(encodeKeyForChain(key));
  return digestFromWord(
    hashTypedData({
      domain: typedDataDomain({ chainId, contract: nodeRegistry }),
      types: TYPES,
      primaryType: 'BlsPossession',
      message: { signer: lowerCaseAddress(signer), key: encoded },
    }),
  );
}

/** @returns 96 bytes. */
export function provePossession(secret: Uint8Array, statement: PossessionStatement): Uint8Array {
  return signBls(secret, 'possession', possessionDigest(statement));
}

/** Whether the signer's owner holds the secret of the key. Checked before a node is drawn. Never throws. */
export function isPossessionProven(statement: PossessionStatement, proof: Uint8Array): boolean {
  if (!isBlsKey(statement.key)) return false;
  return isSignedWithBls(statement.key, 'possession', possessionDigest(statement), proof);
}
