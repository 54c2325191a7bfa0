import type { Hex } from 'viem';
import {
  blsKeysAt,
  blsPublicKey,
  type ChainReader,
  type ChainWriter,
  registerBlsKey,
  type WaitOptions,
} from '../../contracts/client/index.ts';
import { toHex } from '../../protocol/digest.ts';
import { type Cost, costOfGas, requireBalance } from './chain.ts';

/** Measured (docs/contracts.md), with room. */
const BLS_KEY_GAS = 300_000n;

export type BlsKeyPlan = {
  readonly status: 'register' | 'already-registered';
  /** 48 bytes in hexadecimal. */
  readonly key: string;
  readonly cost: Cost;
};

export type BlsKeyRegistration = {
  readonly status: 'registered' | 'already-registered';
  readonly key: string;
  readonly transactionHash: Hex | null;
};

export type BlsKeyRequest = {
  readonly nodeRegistry: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
};

/** What naming a BLS key would cost its signer, and whether it is named already. */
export async function planBlsKey(
  reader: ChainReader,
  { nodeRegistry, secret, signer }: BlsKeyRequest & { readonly signer: `0x${string}` },
): Promise<BlsKeyPlan> {
  const key = toHex(blsPublicKey(secret));
  const named = (await blsKeysAt(reader, nodeRegistry)).get(signer.toLowerCase());
  const isNamed = named !== undefined && toHex(named) === key;
  const cost = await costOfGas(reader, signer, isNamed ? 0n : BLS_KEY_GAS);
  return { status: isNamed ? 'already-registered' : 'register', key, cost };
}

/**
 * Names the BLS key of the writer, who is an active operator's signer, with the proof that it holds the secret; once: a
 * second call finds the first one's work. It counts from the next committee on.
 *
 * @throws OperatorError `BALANCE_TOO_LOW`; ContractRevertError `NOT_SIGNER`, `BLS_KEY_TAKEN`.
 */
export async function registerBls(
  reader: ChainReader,
  writer: ChainWriter,
  { nodeRegistry, secret, ...wait }: BlsKeyRequest & WaitOptions,
): Promise<BlsKeyRegistration> {
  const signer = writer.account.address;
  const { status, key, cost } = await planBlsKey(reader, { nodeRegistry, secret, signer });
  if (status === 'already-registered') return { status, key, transactionHash: null };
  requireBalance(signer, cost);
  const receipt = await registerBlsKey(reader, writer, nodeRegistry, secret, wait);
  return { status: 'registered', key, transactionHash: receipt.transactionHash };
}
