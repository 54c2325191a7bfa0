/** Why bytes are not frames of gossip. */
export type FrameFault = 'FRAME_TOO_LARGE' | 'FRAME_MALFORMED';

export type FrameCount = {
  /** Items (subscriptions, messages, control parts) whose first bytes came. */
  readonly items: number;
  readonly fault?: FrameFault;
};

type State = 'length' | 'tag' | 'size' | 'body' | 'lost';

/** Longest varint of a 32-bit number. */
const MAX_VARINT_BYTES = 5;
const LENGTH_DELIMITED = 2;

/**
 * Counts what one stream of gossip carries before any of it is decoded: frames are prefixed with an unsigned varint,
 * and a frame is a sequence of length-delimited protobuf fields, one for each item (gossipsub v1.1, `RPC`). Contents
 * are skipped, so that the cost is that of the items and not of the bytes.
 *
 * After a fault nothing more is counted: where the next frame would begin is not known.
 */
export class FrameCounter {
  readonly #maxFrameBytes: number;
  #state: State = 'length';
  /** Of the frame under way. */
  #frameLeft = 0;
  /** Of the item under way. */
  #bodyLeft = 0;
  #varint = 0;
  #varintBytes = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Takes the stream's next bytes. */
  count(piece: Uint8Array): FrameCount {
    let items = 0;
    for (let at = 0; at < piece.length; ) {
      if (this.#state === 'lost') return { items };
      if (this.#state === 'body') {
        const skipped = Math.min(this.#bodyLeft, piece.length - at);
        at += skipped;
        this.#bodyLeft -= skipped;
        this.#frameLeft -= skipped;
        if (this.#bodyLeft === 0) this.#state = this.#frameLeft === 0 ? 'length' : 'tag';
        continue;
      }
      const byte = piece[at] ?? 0;
      at += 1;
      if (this.#state !== 'length' && --this.#frameLeft < 0) return this.#fail(items, 'FRAME_MALFORMED');
      this.#varint += (byte & 0x7f) * 128 ** this.#varintBytes++;
      if (byte >= 0x80) {
        if (this.#varintBytes === MAX_VARINT_BYTES) return this.#fail(items, 'FRAME_MALFORMED');
        continue;
      }
      const value = this.#varint;
      this.#varint = 0;
      this.#varintBytes = 0;
      if (this.#state === 'length') {
        if (value > this.#maxFrameBytes) return this.#fail(items, 'FRAME_TOO_LARGE');
        this.#frameLeft = value;
        if (value > 0) this.#state = 'tag';
      } else if (this.#state === 'tag') {
        if (value % 8 !== LENGTH_DELIMITED) return this.#fail(items, 'FRAME_MALFORMED');
        items += 1;
        this.#state = 'size';
      } else {
        if (value > this.#frameLeft) return this.#fail(items, 'FRAME_MALFORMED');
        this.#bodyLeft = value;
        if (value > 0) this.#state = 'body';
        else this.#state = this.#frameLeft === 0 ? 'length' : 'tag';
      }
    }
    return { items };
  }

  #fail(items: number, fault: FrameFault): FrameCount {
    this.#state = 'lost';
    return { items, fault };
  }
}
