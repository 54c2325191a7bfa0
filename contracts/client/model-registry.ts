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
import { digestFromWord, lowerCaseAddress, wordFromDigest } from './words.ts';

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

export type PublishedModel = {
  readonly version: number;
  readonly modelDigest: Digest;
  /** The round that produced it; 0 for the genesis model. */
  readonly round: number;
  /** Unix seconds. */
  readonly publishedAt: number;
};

/** Where a network stands on-chain. */
export type ChainHead = {
  readonly network: Digest;
  readonly version: number;
  readonly modelDigest: Digest;
  readonly epoch: number;
  readonly committeeRoot: Digest;
  readonly committeeSize: number;
};

/** One line of the list of versions. */
export type Publication = {
  readonly version: number;
  readonly modelDigest: Digest;
  readonly entryDigest: Digest;
  readonly epoch: number;
  readonly round: number;
  readonly view: number;
  readonly block: number;
};

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

export async function latestModel(reader: ChainReader, registry: string): Promise<PublishedModel> {
  const [version, digest, round, publishedAt] = await chainRequest('read latest model', () =>
    reader.readContract({ abi, address: lowerCaseAddress(registry), functionName: 'latest' }),
  );
  return {
    version: Number(version),
    modelDigest: digestFromWord(digest),
    round: Number(round),
    publishedAt: Number(publishedAt),
  };
}

/** @throws ContractRevertError `VERSION_UNKNOWN`. */
export async function modelDigestOf(reader: ChainReader, registry: string, version: number): Promise<Digest> {
  const args = [BigInt(version)] as const;
  const digest = await chainRequest(`read version ${version}`, () =>
    reader.readContract({ abi, address: lowerCaseAddress(registry), functionName: 'versions', args }),
  );
  return digestFromWord(digest);
}

export async function chainHead(reader: ChainReader, registry: string): Promise<ChainHead> {
  const head = await chainRequest('read network head', () =>
    reader.readContract({ abi, address: lowerCaseAddress(registry), functionName: 'head' }),
  );
  return {
    network: digestFromWord(head.network),
    version: Number(head.version),
    modelDigest: digestFromWord(head.modelDigest),
    epoch: Number(head.epoch),
    committeeRoot: digestFromWord(head.committeeRoot),
    committeeSize: head.committeeSize,
  };
}

/** Root of an epoch's committee. @throws ContractRevertError `EPOCH_UNKNOWN`. */
export async function committeeRootOf(reader: ChainReader, registry: string, epoch: number): Promise<Digest> {
  const args = [BigInt(epoch)] as const;
  const root = await chainRequest(`read committee of epoch ${epoch}`, () =>
    reader.readContract({ abi, address: lowerCaseAddress(registry), functionName: 'committeeRoot', args }),
  );
  return digestFromWord(root);
}

/**
 * Commitment to the BLS keys of an epoch's committee; undefined where its members vote with ECDSA.
 *
 * @throws ContractRevertError `EPOCH_UNKNOWN`.
 */
export async function committeeKeysOf(
  reader: ChainReader,
  registry: string,
  epoch: number,
): Promise<Digest | undefined> {
  const args = [BigInt(epoch)] as const;
  const keys = await chainRequest(`read BLS keys of epoch ${epoch}`, () =>
    reader.readContract({ abi, address: lowerCaseAddress(registry), functionName: 'committeeKeys', args }),
  );
  return keys === zeroHash ? undefined : digestFromWord(keys);
}

/** The published versions after genesis, oldest first, with the log entries that they anchor. */
export async function publications(
  reader: ChainReader,
  registry: string,
  { fromBlock = 0n }: { readonly fromBlock?: bigint } = {},
): Promise<Publication[]> {
  const address = lowerCaseAddress(registry);
  const events = await chainRequest('read publications', () =>
    reader.getContractEvents({ abi, address, eventName: 'Published', fromBlock, strict: true }),
  );
  return events.map(({ args, blockNumber }) => ({
    version: Number(args.version),
    modelDigest: digestFromWord(args.modelDigest),
    entryDigest: digestFromWord(args.entryDigest),
    epoch: Number(args.epoch),
    round: Number(args.round),
    view: args.viewNumber,
    block: Number(blockNumber),
  }));
}

const domainOf = (writer: ChainWriter, contract: string) => ({ chainId: writer.chain.id, contract });
