import { concat, type Hex, numberToHex, stringToHex } from 'viem';
import { type NodeSigner, verifyEd25519 } from '../../protocol/ed25519.ts';
import { bytesFromHex, lowerCaseAddress } from './words.ts';

/** What ties a node key to an owner: one chain, one registry, one address. */
export type NodeProofStatement = {
  readonly chainId: number;
  readonly nodeRegistry: string;
  /** The address that registers, and holds the bond. */
  readonly owner: string;
};

const DOMAIN = 'ballast/node-registration/1';

/** Domain ‖ chain id (32 bytes) ‖ registry (20) ‖ owner (20), as `NodeRegistry.proofMessage` returns it. */
export function nodeProofMessage({ chainId, nodeRegistry, owner }: NodeProofStatement): Uint8Array {
  const parts: Hex[] = [
    stringToHex(DOMAIN),
    numberToHex(chainId, { size: 32 }),
    lowerCaseAddress(nodeRegistry),
    lowerCaseAddress(owner),
  ];
  return bytesFromHex(concat(parts));
}

/** Shows that the node's key belongs with the owner. @returns 64 bytes, Ed25519. */
export function signNodeProof(signer: NodeSigner, statement: NodeProofStatement): Uint8Array {
  return signer.sign(nodeProofMessage(statement));
}

export function verifyNodeProof(
  publicKey: Uint8Array,
  proof: Uint8Array,
  statement: NodeProofStatement,
): boolean {
  return verifyEd25519(publicKey, nodeProofMessage(statement), proof);
}
