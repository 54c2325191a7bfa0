import type { Address, Hex, TransactionReceipt } from 'viem';
import type { ChainReader, ChainWriter } from './clients.ts';
import { transactionsOf } from './transactions.ts';
import type { WaitOptions } from './waiting.ts';

export type { WaitOptions } from './waiting.ts';

export type Call = { readonly to: Address; readonly data: Hex; readonly value?: bigint };

/**
 * Tries a call, sends it through the writer's transaction manager and waits for its receipt.
 *
 * @param what names the transaction in errors.
 * @param id of the intent, for calls that are made once whoever asks; each call is one of its own unless given.
 * @throws as `TransactionManager.send`.
 */
export function transact(
  reader: ChainReader,
  writer: ChainWriter,
  what: string,
  call: Call,
  options: WaitOptions = {},
  id?: string,
): Promise<TransactionReceipt> {
  const intent = { what, call, ...(id === undefined ? {} : { id }) };
  return transactionsOf(reader, writer).send(intent, options);
}
