import { concat, type Hex, numberToHex, stringToHex } from 'viem';
import { type NodeSigner, verifyEd25519 } from '../../protocol/ed25519.ts';
import { bytesFromHex, lowerCaseAddress } from './words.ts';

/** What ties a node key to an operator: one chain, one registry, one address. */
export type NodeProofStatement = {
  readonly chainId: number;
  readonly nodeRegistry: string;
  /** The address that registers, whose key signs commit votes. */
  readonly operator: string;
};

const DOMAIN = 'ballast/node-registration/1';

/** Domain ‖ chain id (32 bytes) ‖ registry (20) ‖ operator (20), as `NodeRegistry.proofMessage` returns it. */
export function nodeProofMessage({ chainId, nodeRegistry, operator }: NodeProofStatement): Uint8Array {
  const parts: Hex[] = [
    stringToHex(DOMAIN),
    numberToHex(chainId, { size: 32 }),
    lowerCaseAddress(nodeRegistry),
    lowerCaseAddress(operator),
  ];
  return bytesFromHex(concat(parts));
}

/** Shows that the node's key belongs with the operator. @returns 64 bytes, Ed25519. */
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
