import { zeroHash } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';
import { modelRegistryAbi as abi } from './generated/model-registry.ts';
import { digestFromWord, lowerCaseAddress } from './words.ts';

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
