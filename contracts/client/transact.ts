import { type Address, type Hex, type TransactionReceipt, TransactionReceiptNotFoundError } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';

export type WaitOptions = {
  readonly signal?: AbortSignal;
  /** How long to wait for the receipt; 60 s unless given. */
  readonly timeoutMs?: number;
};

export type Call = { readonly to: Address; readonly data: Hex; readonly value?: bigint };

const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Tries a call, sends it as a transaction and waits for its receipt. A call that would revert is not sent.
 *
 * @param what names the transaction in errors.
 * @throws ContractRevertError when the contract refuses, before or after sending.
 * @throws BallastError `CHAIN_REQUEST_FAILED`, `CHAIN_WAIT_ABORTED`, or `TRANSACTION_REVERTED` when the
 *   transaction failed in its block for a reason that a repetition does not show.
 */
export async function transact(
  reader: ChainReader,
  writer: ChainWriter,
  what: string,
  call: Call,
  options: WaitOptions = {},
): Promise<TransactionReceipt> {
  const trial = () => chainRequest(what, () => reader.call({ account: writer.account, ...call }));
  throwIfAborted(what, options.signal);
  await trial();
  throwIfAborted(what, options.signal);
  const hash = await chainRequest(what, () => writer.sendTransaction(call));
  const receipt = await awaitReceipt(reader, what, hash, options);
  if (receipt.status === 'success') return receipt;
  // Another transaction came first: the same call against the state of now says why.
  await trial();
  throw new BallastError('TRANSACTION_REVERTED', `${what}: transaction ${hash} failed in its block`, {
    metadata: { transactionHash: hash, gasUsed: String(receipt.gasUsed) },
    hint: 'it would succeed now: send it again',
  });
}

/** @throws BallastError `CHAIN_WAIT_ABORTED` or `CHAIN_REQUEST_FAILED` (also when the time is over). */
export async function awaitReceipt(
  reader: ChainReader,
  what: string,
  hash: Hex,
  { signal, timeoutMs }: WaitOptions = {},
): Promise<TransactionReceipt> {
  const patience = timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = performance.now() + patience;
  for (;;) {
    throwIfAborted(what, signal);
    const receipt = await findReceipt(reader, what, hash);
    if (receipt !== undefined) return receipt;
    if (performance.now() > deadline) {
      throw new BallastError('CHAIN_REQUEST_FAILED', `${what}: no receipt of ${hash} within ${patience} ms`, {
        metadata: { request: what, transactionHash: hash },
        hint: 'it may still come: ask for it again before sending anew',
      });
    }
    await delay(reader.pollingInterval, signal);
  }
}

async function findReceipt(
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
function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
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

function throwIfAborted(what: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError(what);
}

const abortedError = (what: string) =>
  new BallastError('CHAIN_WAIT_ABORTED', `${what}: aborted by the caller`);
