import { encodeFunctionData, type TransactionReceipt } from 'viem';
import { type Digest, toHex } from '../../protocol/digest.ts';
import { committeeKeysCommitment } from './aggregate-votes.ts';
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
  return new Map((await namedKeys(reader, registry, block)).map(({ signer, key }) => [signer, key]));
}

/**
 * The keys that a committee's commitment stands for, whatever its members have named since: the registry's events are
 * replayed.
 *
 * @param signers of the committee, ascending.
 * @returns keys in that order; undefined where its members never had such keys.
 */
export async function committeeBlsKeys(
  reader: ChainReader,
  registry: string,
  signers: readonly string[],
  commitment: Digest,
): Promise<Uint8Array[] | undefined> {
  const known = new Map<string, Uint8Array | undefined>(signers.map((signer) => [signer, undefined]));
  let missing = known.size;
  let found: Uint8Array[] | undefined;
  for (const { signer, key } of await namedKeys(reader, registry)) {
    if (!known.has(signer)) continue;
    if (known.get(signer) === undefined) missing--;
    known.set(signer, key);
    if (missing > 0) continue;
    const keys = [...known.values()].flatMap((each) => each ?? []);
    if (committeeKeysCommitment(keys) === commitment) found = keys;
  }
  return found;
}

async function namedKeys(reader: ChainReader, registry: string, block?: number) {
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
  return events.map(({ args }) => ({
    signer: lowerCaseAddress(args.signer),
    key: decodeKeyFromChain(bytesFromHex(args.key)),
  }));
}
