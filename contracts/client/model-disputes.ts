import { encodeFunctionData, type TransactionReceipt } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { modelRegistryAbi as abi } from './generated/model-registry.ts';
import { transact } from './transact.ts';
import type { WaitOptions } from './waiting.ts';
import { digestFromWord, lowerCaseAddress, wordFromDigest } from './words.ts';

/** What decisions may rest on. */
export type ModelAuthority = {
  /** The last Active version; 0 is the genesis model. */
  readonly version: number;
  readonly modelDigest: Digest;
  /** Whether a later version is disputed: then only what reduces risk may be done. */
  readonly isContested: boolean;
};

export type VersionStatus = 'published' | 'disputed' | 'active' | 'revoked';

const STATUSES: readonly VersionStatus[] = ['published', 'disputed', 'active', 'revoked'];

/** Seconds in which a version can be disputed, at least; 0 where every version is Active at once. */
export async function disputeWindowOf(reader: ChainReader, registry: string): Promise<number> {
  const window = await chainRequest('read the dispute window', () =>
    reader.readContract({ abi, address: lowerCaseAddress(registry), functionName: 'DISPUTE_WINDOW' }),
  );
  return Number(window);
}

/**
 * The model that recommendations may cite.
 *
 * @param height of the block; the latest unless given.
 */
export async function modelAuthority(
  reader: ChainReader,
  registry: string,
  height?: number,
): Promise<ModelAuthority> {
  const { version, modelDigest, isContested } = await chainRequest('read the active model', () =>
    reader.readContract({
      abi,
      address: lowerCaseAddress(registry),
      functionName: 'authority',
      ...blockOf(height),
    }),
  );
  return { version: Number(version), modelDigest: digestFromWord(modelDigest), isContested };
}

/**
 * Digests of the models that may be Active next: that of the version under review, and of the lowest disputed one.
 *
 * @param height of the block; the latest unless given.
 */
export async function reviewedModels(
  reader: ChainReader,
  registry: string,
  height?: number,
): Promise<readonly Digest[]> {
  const at = { abi, address: lowerCaseAddress(registry), ...blockOf(height) } as const;
  return chainRequest('read the models under review', async () => {
    const { active, candidate, disputed } = await reader.readContract({
      ...at,
      functionName: 'currentReview',
    });
    const versions = [candidate, disputed].filter((version) => version > active);
    const words = await Promise.all(
      versions.map((version) => reader.readContract({ ...at, functionName: 'versions', args: [version] })),
    );
    return words.map(digestFromWord);
  });
}

/** @throws ContractRevertError `VERSION_UNKNOWN`. */
export async function versionStatus(
  reader: ChainReader,
  registry: string,
  version: number,
): Promise<VersionStatus | undefined> {
  const args = [BigInt(version)] as const;
  const status = await chainRequest(`read the status of version ${version}`, () =>
    reader.readContract({ abi, address: lowerCaseAddress(registry), functionName: 'statusOf', args }),
  );
  return STATUSES[status];
}

/**
 * Disputes a version with the registry's bond, which is lost where governance dismisses the dispute.
 *
 * @param evidence digest of what shows that the version is bad.
 * @throws ContractRevertError `VERSION_SETTLED`, `ALREADY_CONTESTED`, `VERSION_REVOKED`, `VERSION_UNKNOWN`.
 */
export async function disputeVersion(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  { version, evidence }: { readonly version: number; readonly evidence: Digest },
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const to = lowerCaseAddress(registry);
  const value = await chainRequest('read the bond of a dispute', () =>
    reader.readContract({ abi, address: to, functionName: 'DISPUTE_BOND' }),
  );
  const args = [BigInt(version), wordFromDigest(evidence)] as const;
  const data = encodeFunctionData({ abi, functionName: 'dispute', args });
  return transact(reader, writer, `dispute version ${version}`, { to, data, value }, wait);
}

/**
 * Decides on the lowest disputed version, as the restorer.
 *
 * @param reason at most 200 bytes.
 * @throws ContractRevertError `NOT_RESTORER`, `NOT_NEXT_DISPUTE`, `REASON_TOO_LONG`.
 */
export function resolveDispute(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  resolution: { readonly version: number; readonly isUpheld: boolean; readonly reason: string },
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const { version, isUpheld, reason } = resolution;
  const args = [BigInt(version), isUpheld, reason] as const;
  const data = encodeFunctionData({ abi, functionName: 'resolveDispute', args });
  const what = `resolve the dispute about version ${version}`;
  return transact(reader, writer, what, { to: lowerCaseAddress(registry), data }, wait);
}

const blockOf = (height: number | undefined) => (height === undefined ? {} : { blockNumber: BigInt(height) });
