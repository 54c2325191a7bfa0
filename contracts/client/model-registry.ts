import {
  type ContractFunctionArgs,
  encodeFunctionData,
  type Hex,
  type TransactionReceipt,
  zeroAddress,
  zeroHash,
} from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { type AggregateVote, committeeKeysCommitment, encodeAggregateVote } from './aggregate-votes.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { type CommitteeSignature, committeeRoot, encodeCommittee, encodeSignatures } from './committee.ts';
import { ContractRevertError, chainRequest } from './errors.ts';
import { modelRegistryAbi as abi } from './generated/model-registry.ts';
import { transact, type WaitOptions } from './transact.ts';
import {
  type CommitteeRotation,
  committeeRotationTypedData,
  type RoundDecision,
  roundDecisionTypedData,
} from './typed-data.ts';
import { lowerCaseAddress, wordFromDigest } from './words.ts';

/** The votes of an outgoing or deciding committee: one by one, or as one BLS signature. */
export type Votes =
  | {
      /** Signers of the epoch's committee in ascending order. */
      readonly committee: readonly string[];
      readonly signatures: readonly CommitteeSignature[];
    }
  | {
      /** BLS keys of 48 bytes of the epoch's committee, in the order of its signers. */
      readonly keys: readonly Uint8Array[];
      readonly aggregate: AggregateVote;
    };

export type Certificate = { readonly decision: RoundDecision } & Votes;

export type PublishResult =
  | { readonly status: 'published'; readonly transactionHash: Hex; readonly gasUsed: bigint }
  | { readonly status: 'already-published' };

export type Genesis = {
  readonly network: Digest;
  /** Digest of version 0. */
  readonly modelDigest: Digest;
  /** Signers of epoch 0 in ascending order. */
  readonly committee: readonly string[];
  /** Their BLS keys in the same order, when they vote with them. */
  readonly keys?: readonly Uint8Array[];
  /** Who may ask for an earlier version; nobody unless given. */
  readonly restorer?: string;
};

/**
 * Names the network and its first committee, once, as the registry's owner.
 *
 * @throws ContractRevertError `ALREADY_INITIALISED` or `OWNABLE_UNAUTHORIZED_ACCOUNT`.
 */
export function initialiseModelRegistry(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  genesis: Genesis,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const { network, modelDigest, committee, keys, restorer } = genesis;
  const args = [
    wordFromDigest(network),
    wordFromDigest(modelDigest),
    wordFromDigest(committeeRoot(committee)),
    committee.length,
    keys === undefined ? zeroHash : wordFromDigest(committeeKeysCommitment(keys)),
    restorer === undefined ? zeroAddress : lowerCaseAddress(restorer),
  ] as const;
  const data = encodeFunctionData({ abi, functionName: 'initialise', args });
  return transact(reader, writer, 'initialise network', { to: lowerCaseAddress(registry), data }, wait);
}

/**
 * Hands the registry's ownership to governance, where the writer still holds it. An owner has nothing left to do once
 * the network is initialised; this leaves the deployer without even the title.
 *
 * @returns whether a transaction was sent.
 */
export async function handOverModelRegistry(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  governance: string,
  wait: WaitOptions = {},
): Promise<boolean> {
  const address = lowerCaseAddress(registry);
  const owner = await chainRequest('read the owner of the model registry', () =>
    reader.readContract({ abi, address, functionName: 'owner' }),
  );
  const [from, to] = [lowerCaseAddress(writer.account.address), lowerCaseAddress(governance)];
  if (lowerCaseAddress(owner) !== from || from === to) return false;
  const data = encodeFunctionData({ abi, functionName: 'transferOwnership', args: [to] });
  await transact(reader, writer, 'hand over the model registry', { to: address, data }, wait);
  return true;
}

/**
 * Publishes a certified version. That somebody else has published the very same version is a success.
 *
 * @throws ContractRevertError `QUORUM_NOT_REACHED`, `VERSION_MISMATCH`, `EPOCH_MISMATCH`, `VERSION_CONFLICT` …
 */
export async function publishModel(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  certificate: Certificate,
  wait: WaitOptions = {},
): Promise<PublishResult> {
  const { decision } = certificate;
  const { view, ...message } = roundDecisionTypedData(domainOf(writer, registry), decision).message;
  const data = encodePublication({ ...message, viewNumber: view }, certificate);
  const what = `publish version ${decision.version}`;
  try {
    const to = lowerCaseAddress(registry);
    const id = `publish/${to}/${decision.version}/${decision.modelDigest}`;
    const receipt = await transact(reader, writer, what, { to, data }, wait, id);
    return { status: 'published', transactionHash: receipt.transactionHash, gasUsed: receipt.gasUsed };
  } catch (error) {
    if (!(error instanceof ContractRevertError) || error.code !== 'ALREADY_PUBLISHED') throw error;
    return { status: 'already-published' };
  }
}

type DecisionArgument = ContractFunctionArgs<typeof abi, 'nonpayable', 'publish'>[0];
type RotationArgument = ContractFunctionArgs<typeof abi, 'nonpayable', 'rotateCommittee'>[0];

function encodePublication(decision: DecisionArgument, votes: Votes): Hex {
  if ('aggregate' in votes) {
    const args = [decision, encodeAggregateVote(votes.keys, votes.aggregate)] as const;
    return encodeFunctionData({ abi, functionName: 'publishAggregated', args });
  }
  const args = [decision, encodeCommittee(votes.committee), encodeSignatures(votes.signatures)] as const;
  return encodeFunctionData({ abi, functionName: 'publish', args });
}

function encodeHandover(rotation: RotationArgument, votes: Votes): Hex {
  if ('aggregate' in votes) {
    const args = [rotation, encodeAggregateVote(votes.keys, votes.aggregate)] as const;
    return encodeFunctionData({ abi, functionName: 'rotateCommitteeAggregated', args });
  }
  const args = [rotation, encodeCommittee(votes.committee), encodeSignatures(votes.signatures)] as const;
  return encodeFunctionData({ abi, functionName: 'rotateCommittee', args });
}

/**
 * Hands over to the next committee with the outgoing committee's signatures.
 *
 * @throws ContractRevertError `EPOCH_MISMATCH`, `VERSION_MISMATCH` while a version of this epoch is not yet
 *   published, `QUORUM_NOT_REACHED` …
 */
export function rotateCommittee(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  handover: { readonly rotation: CommitteeRotation } & Votes,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const { rotation } = handover;
  const { message } = committeeRotationTypedData(domainOf(writer, registry), rotation);
  const data = encodeHandover(message, handover);
  const to = lowerCaseAddress(registry);
  const id = `rotate/${to}/${rotation.epoch}/${rotation.nextRoot}`;
  return transact(reader, writer, `rotate committee to epoch ${rotation.epoch}`, { to, data }, wait, id);
}

const domainOf = (writer: ChainWriter, contract: string) => ({ chainId: writer.chain.id, contract });
