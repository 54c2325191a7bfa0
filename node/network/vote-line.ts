import type { Stream } from '@libp2p/interface';
import { VoteQueue, type VoteQueueLimits } from './vote-queue.ts';

export type VoteLineLimits = VoteQueueLimits & {
  readonly openTimeoutMs: number;
  /** Of a stream whose other end takes nothing. */
  readonly stallMs: number;
  /** Between attempts to open the stream. */
  readonly retryMs: { readonly first: number; readonly most: number };
};

export type VoteLineCollaborators = {
  /** Opens a stream to the member, connecting to it where need be. */
  readonly open: (signal: AbortSignal) => Promise<Stream>;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
};

/** Votes towards one member: a queue, and a stream that is opened when there is something to say and kept. */
export class VoteLine {
  readonly #limits: VoteLineLimits;
  readonly #with: VoteLineCollaborators;
  readonly #queue: VoteQueue;
  readonly #closed = new AbortController();
  #stream: Stream | undefined;
  #isSending = false;
  #wake: () => void = () => undefined;

  constructor(limits: VoteLineLimits, collaborators: VoteLineCollaborators) {
    this.#limits = limits;
    this.#with = collaborators;
    this.#queue = new VoteQueue(limits, collaborators.now);
  }

  /** Sends at once where the stream can take it, and never waits. */
  send(bytes: Uint8Array): void {
    if (this.#closed.signal.aborted) return;
    this.#queue.push(bytes);
    if (!this.#isSending) void this.#sendAll();
  }

  /** The member is there: what waits need not rest any longer. */
  connected(): void {
    this.#wake();
  }

  close(): void {
    this.#closed.abort(new Error('the line is closed'));
    this.#queue.clear();
    this.#stream?.abort(new Error('the line is closed'));
    this.#wake();
  }

  /** Never rejects. */
  async #sendAll(): Promise<void> {
    this.#isSending = true;
    let failures = 0;
    while (!this.#queue.isEmpty) {
      try {
        const stream = this.#openStream ?? (await this.#open());
        const bytes = this.#queue.shift();
        if (bytes !== undefined && !stream.send(framed(bytes)))
          await stream.onDrain({ signal: this.#within(this.#limits.stallMs) });
        failures = 0;
      } catch (error) {
        this.#stream?.abort(error instanceof Error ? error : new Error(String(error)));
        this.#stream = undefined;
        await this.#rest(failures++);
      }
    }
    this.#isSending = false;
  }

  get #openStream(): Stream | undefined {
    return this.#stream?.writeStatus === 'writable' ? this.#stream : undefined;
  }

  async #open(): Promise<Stream> {
    this.#stream = await this.#with.open(this.#within(this.#limits.openTimeoutMs));
    this.#closed.signal.throwIfAborted();
    return this.#stream;
  }

  /** Until the member connects, for a while at most. */
  async #rest(failures: number): Promise<void> {
    const { first, most } = this.#limits.retryMs;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(most, first * 2 ** failures)).unref();
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }

  #within(ms: number): AbortSignal {
    return AbortSignal.any([this.#closed.signal, AbortSignal.timeout(ms)]);
  }
}

/** Its length as u32, big-endian, and the message. */
function framed(bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + bytes.length);
  new DataView(frame.buffer).setUint32(0, bytes.length);
  frame.set(bytes, 4);
  return frame;
}
