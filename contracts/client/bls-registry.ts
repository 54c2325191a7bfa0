import { encodeFunctionData, type TransactionReceipt } from 'viem';
import { toHex } from '../../protocol/digest.ts';
import { blsPublicKey, decodeKeyFromChain, encodeKeyForChain, encodeSignatureForChain } from './bls.ts';
import { provePossession } from './bls-possession.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { nodeRegistryAbi as abi } from './generated/node-registry.ts';
import { transact, type WaitOptions } from './transact.ts';
import { bytesFromHex, hexFromBytes, lowerCaseAddress } from './words.ts';

/**
 * Names the BLS key of the writer, who is an active operator's signer; the registry checks the proof of possession.
 *
 * @param secret 32 bytes.
 * @throws ContractRevertError `NOT_SIGNER` or `BLS_KEY_TAKEN`; BallastError `BLS_SECRET_MALFORMED`.
 */
export function registerBlsKey(
  reader: ChainReader,
  writer: ChainWriter,
  registry: string,
  secret: Uint8Array,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const key = blsPublicKey(secret);
  const signer = writer.account.address;
  const proof = provePossession(secret, { chainId: writer.chain.id, nodeRegistry: registry, signer, key });
  const args = [hexFromBytes(encodeKeyForChain(key)), hexFromBytes(encodeSignatureForChain(proof))] as const;
  const data = encodeFunctionData({ abi, functionName: 'registerBlsKey', args });
  const to = lowerCaseAddress(registry);
  return transact(reader, writer, 'register BLS key', { to, data }, wait, `bls-key/${to}/${toHex(key)}`);
}

/**
 * The BLS keys as of a block, by signer in lower case: 48 bytes, of which the registry has checked possession. The
 * last key that a signer named counts.
 *
 * @param block height; the latest block unless given.
 */
export async function blsKeysAt(
  reader: ChainReader,
  registry: string,
  block?: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const events = await chainRequest('read BLS keys', () =>
    reader.getContractEvents({
      abi,
      address: lowerCaseAddress(registry),
      eventName: 'BlsKeyRegistered',
      fromBlock: 0n,
      ...(block === undefined ? {} : { toBlock: BigInt(block) }),
      strict: true,
    }),
  );
  return new Map(
    events.map(({ args }) => [lowerCaseAddress(args.signer), decodeKeyFromChain(bytesFromHex(args.key))]),
  );
}
