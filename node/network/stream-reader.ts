import type { Stream } from '@libp2p/interface';

/** The stream ended before the bytes that were asked for. */
class StreamEnded extends Error {
  override readonly name = 'StreamEnded';
}

/** Unread bytes above which the other side is told to wait; two chunks, so that it rarely has to. */
const HIGH_WATER_BYTES = 512 * 1024;

/**
 * Reads a stream by exact lengths, and holds no more than {@link HIGH_WATER_BYTES} and one window unread. The
 * stream's own iterator has no such bound. Make it before the other side has cause to answer: bytes that came with
 * the protocol's negotiation on a stream that has ended since are lost.
 */
export class StreamReader {
  readonly #stream: Stream;
  readonly #pieces: Uint8Array[] = [];
  #buffered = 0;
  #ended: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: Stream) {
    this.#stream = stream;
    stream.addEventListener('message', this.#onMessage);
    stream.addEventListener('end', this.#onEnd);
    stream.addEventListener('close', this.#onClose);
    if (stream.readableEnded || stream.readStatus === 'closed') this.#end(new StreamEnded('stream ended'));
  }

  /** @throws StreamEnded, or what the stream was aborted with. */
  async read(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    await this.readInto(bytes);
    return bytes;
  }

  /** Fills `target` from the stream. The bytes are copied, since pieces may share one pooled buffer. */
  async readInto(target: Uint8Array): Promise<void> {
    let filled = 0;
    while (filled < target.length) {
      const piece = this.#pieces[0] ?? (await this.#more());
      const part = piece.subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
      if (part.length === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(part.length);
      this.#buffered -= part.length;
      if (this.#buffered <= HIGH_WATER_BYTES && this.#stream.readStatus === 'paused') this.#stream.resume();
    }
  }

  /** Lets go of the stream; what still comes stays in the stream's own bounded buffer. */
  release(): void {
    this.#stream.removeEventListener('message', this.#onMessage);
    this.#stream.removeEventListener('end', this.#onEnd);
    this.#stream.removeEventListener('close', this.#onClose);
  }

  async #more(): Promise<Uint8Array> {
    for (;;) {
      const piece = this.#pieces[0];
      if (piece !== undefined) return piece;
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  readonly #onMessage = (event: { readonly data: { subarray(): Uint8Array; byteLength: number } }): void => {
    this.#pieces.push(event.data.subarray());
    this.#buffered += event.data.byteLength;
    if (this.#buffered > HIGH_WATER_BYTES && this.#stream.readStatus === 'readable') this.#stream.pause();
    this.#wake?.();
  };

  readonly #onEnd = (): void => this.#end(new StreamEnded('stream ended early'));

  readonly #onClose = (event: { readonly error?: Error }): void =>
    this.#end(event.error ?? new StreamEnded('stream closed early'));

  #end(reason: Error): void {
    this.#ended ??= reason;
    this.#wake?.();
  }
}
