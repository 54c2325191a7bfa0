import type { Hex, TransactionReceipt } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { currentFees, DEFAULT_MAX_FEE_PER_GAS, replacementFees } from './gas-fees.ts';
import { type InFlight, signAttempt, type TransactionCall } from './in-flight.ts';
import { poolAnswer } from './pool-answer.ts';
import { abortedError, delay, findReceipt, throwIfAborted, type WaitOptions } from './waiting.ts';

export type TransactionOptions = {
  /** The most that a unit of gas may cost, in wei; 500 gwei unless given. */
  readonly maxFeePerGas?: bigint;
  /** After so long without a block a transaction is replaced by one that pays more; 30 s unless given. */
  readonly stuckAfterMs?: number;
};

export type Intent = {
  /** Names it in errors. */
  readonly what: string;
  readonly call: TransactionCall;
  /**
   * What it is for, the same whenever and by whomever it is asked for. Two intents of one id are one: the later caller
   * waits for the transaction of the earlier. Without it each call is an intent of its own.
   */
  readonly id?: string;
  /**
   * Whether the chain has its effect: asked before anything is signed, so that a process that starts anew does not
   * repeat the work of the one before it. Unneeded where the contract refuses a repetition, since every call is tried.
   */
  readonly isDone?: () => Promise<boolean>;
  /** The one nonce that it may have; the account's next unless given. */
  readonly nonce?: number;
};

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_STUCK_AFTER_MS = 30_000;
/** Gas beyond the estimate: the state may be another when the block is made. In percent. */
const GAS_MARGIN = 25n;
const TRANSFER_GAS = 21_000n;
/** Transactions without a block at a time; what is more is refused. */
export const MAX_IN_FLIGHT = 16;
/** Intents whose transactions are remembered, for callers that ask once more. */
const MAX_REMEMBERED = 64;
/** Endpoints behind one address differ for moments: so often in a row a nonce has to be used by another. */
const OVERTAKEN_TIMES = 3;
const NONCE_TRIES = 8;
/** Of one nonce: an eighth more each is a factor of 1,800. */
const MAX_ATTEMPTS = 64;
const RESTARTS = 3;

/**
 * The transactions of one account on one chain. Nonces are given out one after the other; what the pool has dropped is
 * sent again, what is stuck is replaced by the same call with higher fees, a nonce that nobody uses is filled with an
 * empty transaction. An intent holds one nonce until a block has it, so that it cannot be carried out twice.
 *
 * There is one for each writer: {@link transactionsOf}.
 */
export class TransactionManager {
  readonly #reader: ChainReader;
  readonly #writer: ChainWriter;
  readonly #maxFeePerGas: bigint;
  readonly #stuckAfterMs: number;
  readonly #inFlight = new Set<InFlight>();
  /** By id, the last one last: a reorganisation may undo them. */
  readonly #mined = new Map<string, InFlight>();
  /** Whether what an earlier process left in the pool is settled. */
  #isAlone = false;
  #placing: Promise<unknown> = Promise.resolve();

  constructor(reader: ChainReader, writer: ChainWriter, options: TransactionOptions = {}) {
    this.#reader = reader;
    this.#writer = writer;
    this.#maxFeePerGas = options.maxFeePerGas ?? DEFAULT_MAX_FEE_PER_GAS;
    this.#stuckAfterMs = options.stuckAfterMs ?? DEFAULT_STUCK_AFTER_MS;
  }

  /**
   * Carries an intent out: tries the call, sends it and waits for its receipt. What would revert is not sent. A caller
   * that goes, by its signal or after its time, leaves the transaction behind; whoever asks for the same id takes it up.
   *
   * @returns undefined where `isDone` found the effect on the chain.
   * @throws ContractRevertError when the contract refuses, before or after sending.
   * @throws BallastError `CHAIN_REQUEST_FAILED`, also when the time is over; `CHAIN_WAIT_ABORTED`,
   *   `GAS_PRICE_ABOVE_CAP`, `TRANSACTIONS_TOO_MANY`; `TRANSACTION_NONCE_USED` where another has the demanded nonce;
   *   `TRANSACTION_REVERTED` when it failed in its block for a reason that a repetition does not show.
   */
  send(intent: Intent & { readonly isDone?: never }, wait?: WaitOptions): Promise<TransactionReceipt>;
  send(intent: Intent, wait?: WaitOptions): Promise<TransactionReceipt | undefined>;
  async send(
    intent: Intent,
    { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: WaitOptions = {},
  ): Promise<TransactionReceipt | undefined> {
    const { what, call } = intent;
    const wait = { signal, deadline: performance.now() + timeoutMs, timeoutMs };
    for (let start = 0; start < RESTARTS; start++) {
      const flight = await this.#exclusively(() => this.#place(intent, wait), wait, what);
      if (flight === 'already-done') return undefined;
      const receipt = await this.#settled(flight, wait);
      if (receipt === 'overtaken') continue;
      if (receipt.status === 'success') return receipt;
      // Another transaction came first: the same call against the state of now says why.
      await this.#try(what, call);
      throw new BallastError(
        'TRANSACTION_REVERTED',
        `${what}: transaction ${receipt.transactionHash} failed in its block`,
        {
          metadata: { transactionHash: receipt.transactionHash, gasUsed: String(receipt.gasUsed) },
          hint: 'it would succeed now: send it again',
        },
      );
    }
    throw nonceUsed(what, this.#writer.account.address);
  }

  /** One after the other; who waits in vain leaves the queue to the next. */
  async #exclusively<T>(work: () => Promise<T>, { signal }: Wait, what: string): Promise<T> {
    const before = this.#placing;
    const done = Promise.withResolvers<void>();
    this.#placing = before.then(() => done.promise);
    try {
      await unlessAborted(before, signal, what);
      return await work();
    } finally {
      done.resolve();
    }
  }

  /** Gives an intent its nonce and sends it, or finds the one that it has. */
  async #place(intent: Intent, wait: Wait): Promise<InFlight | 'already-done'> {
    const { what, call, id } = intent;
    throwIfAborted(what, wait.signal);
    const known = id === undefined ? undefined : await this.#known(id);
    if (known !== undefined) return known;
    await this.#settleLeftovers(what, wait);
    if ((await intent.isDone?.()) === true) return 'already-done';
    await this.#try(what, call);
    const account = this.#writer.account;
    const estimate = await chainRequest(what, () => this.#reader.estimateGas({ account, ...call }));
    const gas = estimate + (estimate * GAS_MARGIN) / 100n;
    let free = 0;
    for (let tries = 0; tries < NONCE_TRIES; tries++) {
      const nonce = intent.nonce ?? Math.max(free, await this.#nextNonce(what));
      throwIfAborted(what, wait.signal);
      const { flight, answer, error } = await this.#launch({ id, what, call, gas, nonce });
      if (answer === 'sent') return flight;
      const isTaken = answer === 'nonce-used' || answer === 'underpriced';
      if (!isTaken) throw await typed(what, error);
      if (intent.nonce !== undefined) break;
      // Another process of this account was faster: what the pool has may not be counted yet.
      free = answer === 'underpriced' ? nonce + 1 : 0;
    }
    throw nonceUsed(what, account.address);
  }

  async #launch(
    about: Pick<InFlight, 'id' | 'what' | 'call' | 'gas' | 'nonce'>,
  ): Promise<{ flight: InFlight; answer: 'sent' | ReturnType<typeof poolAnswer>; error?: unknown }> {
    if (this.#inFlight.size >= MAX_IN_FLIGHT) await this.#forgetMined(about.what);
    if (this.#inFlight.size >= MAX_IN_FLIGHT) {
      throw new BallastError(
        'TRANSACTIONS_TOO_MANY',
        `${about.what}: got ${this.#inFlight.size} transactions without a block, expected at most ${MAX_IN_FLIGHT - 1}`,
        { hint: 'wait until the chain has taken them' },
      );
    }
    const fees = await currentFees(this.#reader, about.what, this.#maxFeePerGas);
    const attempt = await signAttempt(this.#writer, about, fees);
    const now = performance.now();
    const flight: InFlight = {
      ...about,
      attempts: [attempt],
      sentAt: now,
      tendedAt: now,
      overtaken: 0,
      waiting: 0,
    };
    this.#inFlight.add(flight);
    try {
      await this.#writer.sendRawTransaction({ serializedTransaction: attempt.raw });
      return { flight, answer: 'sent' };
    } catch (error) {
      const answer = poolAnswer(error);
      if (answer === 'known') return { flight, answer: 'sent' };
      // What may have arrived keeps its nonce, and whoever asks for it again goes on with it.
      if (answer !== 'unclear') this.#inFlight.delete(flight);
      return { flight, answer, error };
    }
  }

  /** What nobody waited for, and blocks have. */
  async #forgetMined(what: string): Promise<void> {
    const used = await this.#used(what);
    for (const flight of this.#inFlight)
      if (flight.waiting === 0 && flight.nonce < used) this.#inFlight.delete(flight);
  }

  /** The transaction that an id has: one that is on its way, or one that a block had and a reorganisation took back. */
  async #known(id: string): Promise<InFlight | undefined> {
    for (const flight of this.#inFlight) if (flight.id === id) return flight;
    const mined = this.#mined.get(id);
    if (mined === undefined) return undefined;
    this.#mined.delete(id);
    if ((await this.#receiptOf(mined)) === undefined && (await this.#used(mined.what)) > mined.nonce)
      return undefined;
    mined.tendedAt = Number.NEGATIVE_INFINITY;
    this.#inFlight.add(mined);
    return mined;
  }

  /** Waits for what an earlier process has sent, and takes its place where it does not come: then effects can be seen. */
  async #settleLeftovers(what: string, wait: Wait): Promise<void> {
    const start = performance.now();
    while (!this.#isAlone) {
      const used = await this.#used(what);
      const next = await this.#pooled(what);
      const held = new Set([...this.#inFlight].map(({ nonce }) => nonce));
      const leftovers = range(used, next).filter((nonce) => !held.has(nonce));
      this.#isAlone = leftovers.length === 0;
      if (this.#isAlone) return;
      if (performance.now() - start > this.#stuckAfterMs) {
        for (const nonce of leftovers.slice(0, MAX_IN_FLIGHT)) await this.#fill(nonce);
        for (const flight of this.#inFlight) await this.#tend(flight);
      }
      await this.#pause(what, wait);
    }
  }

  /** Until a block has one of its attempts, or another transaction its nonce. */
  async #settled(flight: InFlight, wait: Wait): Promise<TransactionReceipt | 'overtaken'> {
    flight.waiting++;
    try {
      for (;;) {
        throwIfAborted(flight.what, wait.signal);
        const receipt = await this.#receiptOf(flight);
        if (receipt !== undefined) {
          this.#inFlight.delete(flight);
          if (flight.id !== undefined && receipt.status === 'success') this.#remember(flight.id, flight);
          return receipt;
        }
        if (flight.overtaken >= OVERTAKEN_TIMES) {
          this.#inFlight.delete(flight);
          return 'overtaken';
        }
        for (const each of this.#inFlight) if (each === flight || each.waiting === 0) await this.#tend(each);
        await this.#pause(flight.what, wait, flight);
      }
    } finally {
      flight.waiting--;
    }
  }

  /** Looks after a transaction that no block has; never rejects, since what fails is tried again. */
  async #tend(flight: InFlight): Promise<void> {
    const now = performance.now();
    if (now - flight.tendedAt < this.#stuckAfterMs / 8) return;
    flight.tendedAt = now;
    try {
      const used = await this.#used(flight.what);
      if (used > flight.nonce) {
        flight.overtaken++;
        if (flight.waiting === 0 && flight.overtaken >= OVERTAKEN_TIMES) this.#inFlight.delete(flight);
        return;
      }
      flight.overtaken = 0;
      await this.#fillGaps(used, flight);
      const isStuck = used === flight.nonce && now - flight.sentAt >= this.#stuckAfterMs;
      if (isStuck && (await this.#replace(flight))) return;
      const last = flight.attempts.at(-1);
      if (last === undefined || (await this.#isPooled(last.hash))) return;
      await this.#writer.sendRawTransaction({ serializedTransaction: last.raw });
    } catch {
      // The endpoint is away or refuses; the next time is soon.
    }
  }

  /** Nonces below a transaction that belong to nobody here: dropped ones of another process, or such as are stuck. */
  async #fillGaps(used: number, { nonce, sentAt, what }: InFlight): Promise<void> {
    const held = new Set([...this.#inFlight].map((each) => each.nonce));
    const free = range(used, nonce).filter((each) => !held.has(each));
    if (free.length === 0) return;
    const pooled = await this.#pooled(what);
    const isLate = performance.now() - sentAt >= this.#stuckAfterMs;
    for (const each of free) if (each >= pooled || isLate) await this.#fill(each);
  }

  /** Uses a nonce up, so that those above it can go on. */
  async #fill(nonce: number): Promise<void> {
    const { address } = this.#writer.account;
    const call = { to: address, data: '0x', value: 0n } as const;
    const about = { id: undefined, what: `fill nonce ${nonce}`, call, gas: TRANSFER_GAS, nonce };
    const { flight, answer } = await this.#launch(about);
    if (answer !== 'underpriced') return;
    // Another one has the place in the pool: this one outbids it, step by step.
    flight.sentAt = Number.NEGATIVE_INFINITY;
    this.#inFlight.add(flight);
  }

  /** @returns whether a replacement was signed; the cap may not leave room for one. */
  async #replace(flight: InFlight): Promise<boolean> {
    const last = flight.attempts.at(-1);
    if (last === undefined || flight.attempts.length >= MAX_ATTEMPTS) return false;
    const now = await currentFees(this.#reader, flight.what, this.#maxFeePerGas);
    const fees = replacementFees(last.fees, now, this.#maxFeePerGas);
    if (fees === undefined) return false;
    const attempt = await signAttempt(this.#writer, flight, fees);
    flight.attempts = [...flight.attempts, attempt];
    const isOutbidding = flight.sentAt === Number.NEGATIVE_INFINITY;
    try {
      await this.#writer.sendRawTransaction({ serializedTransaction: attempt.raw });
      flight.sentAt = performance.now();
    } catch (error) {
      if (!isOutbidding || poolAnswer(error) !== 'underpriced') flight.sentAt = performance.now();
    }
    return true;
  }

  async #receiptOf({ what, attempts }: InFlight): Promise<TransactionReceipt | undefined> {
    for (const { hash } of attempts.toReversed()) {
      const receipt = await findReceipt(this.#reader, what, hash);
      if (receipt !== undefined) return receipt;
    }
    return undefined;
  }

  async #isPooled(hash: Hex): Promise<boolean> {
    return this.#reader.getTransaction({ hash }).then(
      () => true,
      () => false,
    );
  }

  async #nextNonce(what: string): Promise<number> {
    const pooled = await this.#pooled(what);
    return [...this.#inFlight].reduce((next, { nonce }) => Math.max(next, nonce + 1), pooled);
  }

  /** The account's nonces in blocks. */
  #used(what: string): Promise<number> {
    const { address } = this.#writer.account;
    return chainRequest(what, () => this.#reader.getTransactionCount({ address }));
  }

  /** The account's nonces in blocks and in the pool, as far as they follow one another. */
  #pooled(what: string): Promise<number> {
    const { address } = this.#writer.account;
    return chainRequest(what, () => this.#reader.getTransactionCount({ address, blockTag: 'pending' }));
  }

  async #try(what: string, call: TransactionCall): Promise<void> {
    await chainRequest(what, () => this.#reader.call({ account: this.#writer.account, ...call }));
  }

  #remember(id: string, flight: InFlight): void {
    this.#mined.set(id, flight);
    for (const oldest of this.#mined.keys()) {
      if (this.#mined.size <= MAX_REMEMBERED) return;
      this.#mined.delete(oldest);
    }
  }

  async #pause(what: string, { signal, deadline, timeoutMs }: Wait, flight?: InFlight): Promise<void> {
    if (performance.now() > deadline) {
      const hash = flight?.attempts.at(-1)?.hash;
      const of = hash === undefined ? 'what the account sent before' : hash;
      throw new BallastError('CHAIN_REQUEST_FAILED', `${what}: no receipt of ${of} within ${timeoutMs} ms`, {
        metadata: { request: what, ...(hash === undefined ? {} : { transactionHash: hash }) },
        hint: 'it may still come: ask for it again before sending anew',
      });
    }
    await delay(this.#reader.pollingInterval, signal);
    throwIfAborted(what, signal);
  }
}

type Wait = {
  readonly signal: AbortSignal | undefined;
  /** Of a monotonic clock. */
  readonly deadline: number;
  readonly timeoutMs: number;
};

const managers = new WeakMap<ChainWriter, TransactionManager>();

/**
 * The manager of a writer's transactions. An account has one writer in a process: two would take each other's nonces,
 * and recover.
 *
 * @param options count for the first call with this writer.
 */
export function transactionsOf(
  reader: ChainReader,
  writer: ChainWriter,
  options?: TransactionOptions,
): TransactionManager {
  const known = managers.get(writer) ?? new TransactionManager(reader, writer, options);
  managers.set(writer, known);
  return known;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

async function typed(what: string, error: unknown): Promise<unknown> {
  return chainRequest(what, () => Promise.reject(error)).catch((refusal: unknown) => refusal);
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined, what: string): Promise<T> {
  if (signal === undefined) return work;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(abortedError(what));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function nonceUsed(what: string, account: string): BallastError {
  return new BallastError(
    'TRANSACTION_NONCE_USED',
    `${what}: other transactions of ${account} took its nonce`,
    {
      metadata: { account },
      hint: 'let one process at a time send with this account',
    },
  );
}
