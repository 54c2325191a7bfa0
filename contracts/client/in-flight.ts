import { type Address, type Hex, keccak256, type LocalAccount } from 'viem';
import { UsageError } from '../../protocol/errors.ts';
import type { ChainWriter } from './clients.ts';
import type { GasFees } from './gas-fees.ts';

/** What a transaction does; without `to` it makes a contract. */
export type TransactionCall = {
  readonly to?: Address;
  readonly data: Hex;
  /** Wei. */
  readonly value?: bigint;
};

/** A transaction as it was signed; a replacement has the same nonce and another hash. */
export type SignedAttempt = { readonly hash: Hex; readonly raw: Hex; readonly fees: GasFees };

/** A nonce that an intent has, until a block has it. */
export type InFlight = {
  readonly id: string | undefined;
  readonly what: string;
  readonly call: TransactionCall;
  readonly gas: bigint;
  readonly nonce: number;
  /** The first one first; any of them may come into a block, and only one can. */
  attempts: readonly SignedAttempt[];
  /** Times of a monotonic clock, in milliseconds. */
  sentAt: number;
  tendedAt: number;
  /** How often in a row the nonce was used, and no receipt of ours was there. */
  overtaken: number;
  /** Callers that wait for it; what nobody waits for is looked after by those that wait for others. */
  waiting: number;
};

/** Signs a call with everything about it fixed, so that its hash is known before it is sent. */
export async function signAttempt(
  writer: ChainWriter,
  { call, gas, nonce }: Pick<InFlight, 'call' | 'gas' | 'nonce'>,
  fees: GasFees,
): Promise<SignedAttempt> {
  const raw = await localAccount(writer).signTransaction({
    type: 'eip1559',
    chainId: writer.chain.id,
    to: call.to ?? null,
    data: call.data,
    value: call.value ?? 0n,
    nonce,
    gas,
    ...fees,
  });
  return { hash: keccak256(raw), raw, fees };
}

function localAccount({ account }: ChainWriter): LocalAccount {
  if (account.type === 'local') return account;
  throw new UsageError(
    'ACCOUNT_NOT_LOCAL',
    `account ${account.address}: the endpoint holds its key, expected an account that signs here`,
  );
}
