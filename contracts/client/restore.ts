import { encodeFunctionData, type TransactionReceipt } from 'viem';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { modelRegistryAbi as abi } from './generated/model-registry.ts';
import { transact, type WaitOptions } from './transact.ts';
import { lowerCaseAddress } from './words.ts';

/** Governance's request to return to a certified version. */
export type RestoreRequest = {
  readonly version: number;
  /** 1 for the first request of the network, one more for each after it. */
  readonly nonce: number;
  /** Height of the block that took it. */
  readonly block: number;
};

/**
 * Asks the committee to publish the digest of an earlier version again, as a new version.
 *
 * @param reason at most 200 bytes.
 * @throws ContractRevertError `NOT_RESTORER`, `VERSION_NOT_CERTIFIED` or `REASON_TOO_LONG`.
 */
export function requestRestore(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  { version, reason }: { readonly version: number; readonly reason: string },
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const args = [BigInt(version), reason] as const;
  const data = encodeFunctionData({ abi, functionName: 'requestRestore', args });
  const what = `request to restore version ${version}`;
  return transact(reader, writer, what, { to: lowerCaseAddress(registry), data }, wait);
}

/**
 * The last request as of a block, carried out or not: all who read at the same block see the same.
 *
 * @param block height; the latest block unless given.
 * @returns undefined while there is none.
 */
export async function restoreRequestAt(
  reader: ChainReader,
  registry: string,
  block?: number,
): Promise<RestoreRequest | undefined> {
  const { version, nonce, requestedAt } = await chainRequest('read the restore request', () =>
    reader.readContract({
      abi,
      address: lowerCaseAddress(registry),
      functionName: 'restoreRequest',
      ...(block === undefined ? {} : { blockNumber: BigInt(block) }),
    }),
  );
  if (nonce === 0n) return undefined;
  return { version: Number(version), nonce: Number(nonce), block: Number(requestedAt) };
}
