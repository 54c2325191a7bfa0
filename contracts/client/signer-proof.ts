import type { Hex } from 'viem';
import { type NodeId, publicKeyFromNodeId } from '../../protocol/ids.ts';
import type { TypedDataSigner } from './signatures.ts';
import { typedDataDomain } from './typed-data.ts';
import { hexFromBytes, lowerCaseAddress } from './words.ts';

/** What ties a signer to an owner: one chain, one registry, one node key, once. */
export type SignerProofStatement = {
  readonly chainId: number;
  readonly nodeRegistry: string;
  /** Who will call the registry, and hold the bond. */
  readonly owner: string;
  readonly node: NodeId;
  /** What the registry's `signerNonce(owner)` says. */
  readonly nonce: bigint;
};

const TYPES = {
  SignerProof: [
    { name: 'owner', type: 'address' },
    { name: 'signer', type: 'address' },
    { name: 'nodeKey', type: 'bytes32' },
    { name: 'nonce', type: 'uint256' },
  ],
} as const;

/** EIP-712 typed data, hashed as `NodeRegistry.hashSignerProof` does. */
export function signerProofTypedData(statement: SignerProofStatement, signer: string) {
  const { chainId, nodeRegistry, owner, node, nonce } = statement;
  return {
    domain: typedDataDomain({ chainId, contract: nodeRegistry }),
    types: TYPES,
    primaryType: 'SignerProof',
    message: {
      owner: lowerCaseAddress(owner),
      signer: lowerCaseAddress(signer),
      nodeKey: hexFromBytes(publicKeyFromNodeId(node)),
      nonce,
    },
  } as const;
}

/** Shows that the signer's holder accepts the owner. @returns 65 bytes r ‖ s ‖ v. */
export function signSignerProof(signer: TypedDataSigner, statement: SignerProofStatement): Promise<Hex> {
  return signer.signTypedData(signerProofTypedData(statement, signer.address));
}
