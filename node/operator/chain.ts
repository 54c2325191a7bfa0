import { type Address, formatEther } from 'viem';
import { type ChainReader, createReader } from '../../contracts/client/index.ts';
import type { Call } from '../../contracts/client/transact.ts';
import { OperatorError } from './errors.ts';

export type ChainEndpoint = {
  readonly rpcUrl: string;
  /** CAIP-2, such as eip155:1. */
  readonly chain: string;
  readonly pollingIntervalMs?: number;
};

/** A person waits for a receipt: asked for more often than a block comes. */
const POLLING_INTERVAL_MS = 500;

/** What a transaction will take from its sender, in wei. */
export type Cost = {
  readonly gas: bigint;
  /** The most that the gas may cost at today's price. */
  readonly fee: bigint;
  /** What goes along: the bond. */
  readonly value: bigint;
  readonly balance: bigint;
};

export const chainIdOf = (chain: string): number => Number(chain.slice('eip155:'.length));

/**
 * @throws OperatorError `RPC_UNREACHABLE`, `CHAIN_MISMATCH`.
 */
export async function openChain({
  rpcUrl,
  chain,
  pollingIntervalMs = POLLING_INTERVAL_MS,
}: ChainEndpoint): Promise<ChainReader> {
  const reader = createReader({ rpcUrl, chainId: chainIdOf(chain), pollingIntervalMs });
  const served = await reader.getChainId().catch(() => undefined);
  if (served === undefined) {
    throw new OperatorError('RPC_UNREACHABLE', `--rpc: got no answer, expected the chain ${chain}`, {
      hint: 'check the URL, and that the endpoint is up',
    });
  }
  if (served !== chainIdOf(chain)) {
    throw new OperatorError('CHAIN_MISMATCH', `--rpc: got chain eip155:${served}, expected ${chain}`, {
      metadata: { served, expected: chain },
      hint: 'point --rpc at an endpoint of the right chain',
    });
  }
  return reader;
}

/** Estimates a call from `from`. @throws ContractRevertError when the contract would refuse it. */
export async function costOf(
  reader: ChainReader,
  from: Address,
  { value = 0n, ...call }: Omit<Call, 'to'> & { readonly to?: Address },
): Promise<Cost> {
  const gas = await reader.estimateGas({ account: from, value, ...call });
  return costOfGas(reader, from, gas, value);
}

/** What `gas` units may cost `from` at today's price. */
export async function costOfGas(reader: ChainReader, from: Address, gas: bigint, value = 0n): Promise<Cost> {
  const [price, balance] = await Promise.all([
    reader.estimateFeesPerGas().then(({ maxFeePerGas }) => maxFeePerGas),
    reader.getBalance({ address: from }),
  ]);
  return { gas, fee: gas * price, value, balance };
}

/** @throws OperatorError `BALANCE_TOO_LOW`. */
export function requireBalance(who: Address, { fee, value, balance }: Cost): void {
  const needed = fee + value;
  if (balance >= needed) return;
  throw new OperatorError(
    'BALANCE_TOO_LOW',
    `${who}: holds ${formatEther(balance)} ETH, expected at least ${formatEther(needed)} (bond ${formatEther(value)}, gas ${formatEther(fee)})`,
    {
      metadata: { address: who, balance: String(balance), needed: String(needed) },
      hint: `send it ${formatEther(needed - balance)} ETH`,
    },
  );
}
