import { type Hex, type TransactionReceipt, TransactionReceiptNotFoundError } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';

export type WaitOptions = {
  readonly signal?: AbortSignal;
  /** How long to wait for the receipt; 60 s unless given. */
  readonly timeoutMs?: number;
};

/** @throws BallastError `CHAIN_REQUEST_FAILED`. */
export async function findReceipt(
  reader: ChainReader,
  what: string,
  hash: Hex,
): Promise<TransactionReceipt | undefined> {
  try {
    return await reader.getTransactionReceipt({ hash });
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return undefined;
    return chainRequest(what, () => Promise.reject(error));
  }
}

/** Ends early when the signal fires. */
export function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}

/** @throws BallastError `CHAIN_WAIT_ABORTED`. */
export function throwIfAborted(what: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError(what);
}

export const abortedError = (what: string) =>
  new BallastError('CHAIN_WAIT_ABORTED', `${what}: aborted by the caller`);
