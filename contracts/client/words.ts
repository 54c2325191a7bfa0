import type { Address, Hex } from 'viem';
import { type Digest, fromHex, toHex } from '../../protocol/digest.ts';

/** The chain writes a digest with 0x before it, the protocol without. */
export const wordFromDigest = (digest: Digest): Hex => `0x${digest}`;
export const digestFromWord = (word: Hex): Digest => word.slice(2).toLowerCase();

export const hexFromBytes = (bytes: Uint8Array): Hex => `0x${toHex(bytes)}`;
export const bytesFromHex = (hex: Hex): Uint8Array => fromHex(hex.slice(2).toLowerCase());

/** Addresses are compared and hashed in lower case throughout the project. */
export const lowerCaseAddress = (address: string): Address => address.toLowerCase() as Address;
