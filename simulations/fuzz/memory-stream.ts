import {
  type Stream,
  StreamAbortEvent,
  type StreamCloseEvent,
  StreamMessageEvent,
  TypedEventEmitter,
} from '@libp2p/interface';

/** Lengths that the bytes of a stream come in, in turn: within a length, within a hash, and many frames at once. */
const PIECES = [1, 3, 40, 7, 1_000, 5, 1 << 16];

/**
 * The near end of a stream that lives in this process: what the far end sends is given, comes in pieces to whoever
 * listens by then, and then the stream ends. As much of libp2p's `Stream` as this project's protocols use.
 */
export class MemoryStream extends TypedEventEmitter<{
  message: StreamMessageEvent;
  end: Event;
  close: StreamCloseEvent;
}> {
  status: 'open' | 'closed' | 'aborted' = 'open';
  readStatus: 'readable' | 'paused' | 'closed' = 'readable';
  writeStatus: 'writable' | 'closed' = 'writable';
  maxReadBufferLength = 4 << 20;
  readableEnded = false;
  /** What the near end has sent. */
  readonly sent: Uint8Array[] = [];
  readonly #coming: Uint8Array;
  #at = 0;
  #piece = 0;
  #isFlowing = false;

  /**
   * @param coming what the far end sends.
   * @param when `asked`: once the near end has sent something; else in the next turn.
   */
  constructor(coming: Uint8Array, when: 'asked' | 'unasked' = 'unasked') {
    super();
    this.#coming = coming;
    if (when === 'unasked') this.#flow();
  }

  get sentBytes(): number {
    return this.sent.reduce((sum, { length }) => sum + length, 0);
  }

  /** As the type that protocols ask for. */
  get stream(): Stream {
    return this as unknown as Stream;
  }

  send(bytes: Uint8Array): boolean {
    if (this.writeStatus === 'closed') throw new Error('the stream is closed');
    this.sent.push(Uint8Array.from(bytes));
    this.#flow();
    return true;
  }

  async onDrain(): Promise<void> {}

  pause(): void {
    this.readStatus = 'paused';
  }

  resume(): void {
    this.readStatus = 'readable';
    this.#flow();
  }

  async close(): Promise<void> {
    this.writeStatus = 'closed';
  }

  abort(error: Error): void {
    if (this.status !== 'open') return;
    this.status = 'aborted';
    this.readStatus = 'closed';
    this.writeStatus = 'closed';
    this.dispatchEvent(new StreamAbortEvent(error));
  }

  #flow(): void {
    if (this.#isFlowing) return;
    this.#isFlowing = true;
    queueMicrotask(() => {
      this.#isFlowing = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (this.readStatus === 'readable' && this.#at < this.#coming.length) {
      const piece = this.#coming.subarray(this.#at, this.#at + (PIECES[this.#piece % PIECES.length] ?? 1));
      this.#at += piece.length;
      this.#piece += 1;
      this.dispatchEvent(new StreamMessageEvent(piece));
    }
    if (this.readStatus !== 'readable' || this.readableEnded) return;
    this.readableEnded = true;
    this.dispatchEvent(new Event('end'));
  }
}
