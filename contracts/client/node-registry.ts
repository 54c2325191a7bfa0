import { encodeFunctionData, type TransactionReceipt } from 'viem';
import type { NodeSigner } from '../../protocol/ed25519.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { nodeRegistryAbi as abi } from './generated/node-registry.ts';
import { signNodeProof } from './node-proof.ts';
import type { TypedDataSigner } from './signatures.ts';
import { signSignerProof } from './signer-proof.ts';
import { type Call, transact, type WaitOptions } from './transact.ts';
import { hexFromBytes, lowerCaseAddress } from './words.ts';

/** The keys of a node, which accept an owner. */
export type NodeKeys = {
  /** Ed25519. */
  readonly node: NodeSigner;
  /** The hot key: signs commit votes. */
  readonly signer: TypedDataSigner;
};

export type RegistryTerms = {
  /** Wei. */
  readonly minimumBond: bigint;
  /** Seconds from exit to withdrawal. */
  readonly unbondingDelaySeconds: number;
};

/** What a registration demands. */
export async function registryTerms(reader: ChainReader, registry: string): Promise<RegistryTerms> {
  const address = lowerCaseAddress(registry);
  const [minimumBond, delay] = await chainRequest('read registry terms', () =>
    Promise.all([
      reader.readContract({ abi, address, functionName: 'MINIMUM_BOND' }),
      reader.readContract({ abi, address, functionName: 'UNBONDING_DELAY' }),
    ]),
  );
  return { minimumBond, unbondingDelaySeconds: Number(delay) };
}

/**
 * The call that registers `owner` with a node's keys: for any wallet that holds the owner's key. It is worth nothing
 * to another sender, and is used up by the owner's next registration or rotation.
 *
 * @param bond wei.
 */
export async function registrationCall(
  reader: ChainReader,
  registry: string,
  { owner, keys, bond }: { readonly owner: string; readonly keys: NodeKeys; readonly bond: bigint },
): Promise<Call & { readonly value: bigint }> {
  const statement = { chainId: reader.chain.id, nodeRegistry: registry, owner };
  const nonce = await signerNonce(reader, registry, owner);
  const args = [
    hexFromBytes(keys.node.publicKey),
    hexFromBytes(signNodeProof(keys.node, statement)),
    lowerCaseAddress(keys.signer.address),
    await signSignerProof(keys.signer, { ...statement, node: keys.node.nodeId, nonce }),
  ] as const;
  const data = encodeFunctionData({ abi, functionName: 'register', args });
  return { to: lowerCaseAddress(registry), data, value: bond };
}

/** The call by which `owner` names another signer for its node. */
export async function rotationCall(
  reader: ChainReader,
  registry: string,
  {
    owner,
    node,
    signer,
  }: { readonly owner: string; readonly node: NodeId; readonly signer: TypedDataSigner },
): Promise<Call> {
  const nonce = await signerNonce(reader, registry, owner);
  const statement = { chainId: reader.chain.id, nodeRegistry: registry, owner, node, nonce };
  const args = [lowerCaseAddress(signer.address), await signSignerProof(signer, statement)] as const;
  const data = encodeFunctionData({ abi, functionName: 'rotateSigner', args });
  return { to: lowerCaseAddress(registry), data };
}

/** The call that leaves the active operators. */
export function exitCall(registry: string): Call {
  return { to: lowerCaseAddress(registry), data: encodeFunctionData({ abi, functionName: 'exit' }) };
}

/** The call that pays the bond back. */
export function withdrawalCall(registry: string): Call {
  return { to: lowerCaseAddress(registry), data: encodeFunctionData({ abi, functionName: 'withdraw' }) };
}

/**
 * Registers the writer's account as the owner of a node.
 *
 * @param bond wei.
 * @throws ContractRevertError `BOND_TOO_SMALL`, `ALREADY_REGISTERED`, `NODE_KEY_TAKEN`, `SIGNER_TAKEN` or
 *   `SIGNER_IS_OWNER`.
 */
export async function registerNode(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  { keys, bond, ...wait }: { readonly keys: NodeKeys; readonly bond: bigint } & WaitOptions,
): Promise<TransactionReceipt> {
  const call = await registrationCall(reader, registry, { owner: writer.account.address, keys, bond });
  return transact(reader, writer, 'register node', call, wait);
}

/**
 * Names another signer for the writer's node; it signs from the next committee on.
 *
 * @throws ContractRevertError `NOT_ACTIVE`, `SIGNER_TAKEN`, `SIGNER_IS_OWNER`.
 */
export async function rotateSigner(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  { node, signer, ...wait }: { readonly node: NodeId; readonly signer: TypedDataSigner } & WaitOptions,
): Promise<TransactionReceipt> {
  const call = await rotationCall(reader, registry, { owner: writer.account.address, node, signer });
  return transact(reader, writer, 'rotate signer', call, wait);
}

/** Leaves the active operators and starts the unbonding delay. @throws ContractRevertError `NOT_ACTIVE`. */
export function exitNode(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  return transact(reader, writer, 'exit', exitCall(registry), wait);
}

/** Pays the bond back. @throws ContractRevertError `NOT_EXITING` or `STILL_BONDED`. */
export function withdrawBond(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  return transact(reader, writer, 'withdraw bond', withdrawalCall(registry), wait);
}

function signerNonce(reader: ChainReader, registry: string, owner: string): Promise<bigint> {
  return chainRequest('read signer nonce', () =>
    reader.readContract({
      abi,
      address: lowerCaseAddress(registry),
      functionName: 'signerNonce',
      args: [lowerCaseAddress(owner)],
    }),
  );
}
