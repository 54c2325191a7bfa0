import type { Stream } from '@libp2p/interface';
import { toHex } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { DIGEST_BYTES, STATUS, sendBlob, sendRefusal } from './blob-wire.ts';
import { BLOB_LIMITS } from './limits.ts';
import { ServingSlots } from './serving-slots.ts';
import { raceSignal, withStream } from './stream-io.ts';
import { StreamReader } from './stream-reader.ts';
import type { ServeBlob } from './types.ts';

/** A request is 32 bytes; a peer that sends more is not listened to. */
const MAX_REQUEST_BUFFER = 4096;

/** Answers requests for blobs, a bounded number at once. */
export class BlobServer {
  readonly #onError: (error: unknown) => void;
  readonly #slots: ServingSlots;
  #serve: ServeBlob | undefined;

  /**
   * @param onError hears of faults of the serving callback; what peers do wrong is not one.
   * @param isMember who is served before strangers.
   */
  constructor(onError: (error: unknown) => void, isMember: (peer: NodeId) => boolean) {
    this.#onError = onError;
    this.#slots = new ServingSlots({ total: BLOB_LIMITS.served, perPeer: BLOB_LIMITS.perPeer }, isMember);
  }

  serveWith(serve: ServeBlob): void {
    this.#serve = serve;
  }

  /** Handles one stream. Never rejects. */
  async handle(stream: Stream, peer: NodeId, stopped: AbortSignal): Promise<void> {
    stream.maxReadBufferLength = MAX_REQUEST_BUFFER;
    const release = this.#slots.take(peer);
    try {
      await this.#answer(stream, peer, release === undefined, stopped);
    } catch {
      // The peer left, was too slow or broke the protocol: its stream is aborted, and that is all.
    } finally {
      release?.();
    }
  }

  async #answer(stream: Stream, peer: NodeId, busy: boolean, stopped: AbortSignal): Promise<void> {
    const reader = new StreamReader(stream);
    const request = AbortSignal.any([stopped, AbortSignal.timeout(BLOB_LIMITS.requestTimeoutMs)]);
    const transfer = AbortSignal.any([stopped, AbortSignal.timeout(BLOB_LIMITS.transferTimeoutMs)]);
    await withStream(stream, transfer, async () => {
      if (busy) return sendRefusal(stream, STATUS.busy, request);
      const digest = await raceSignal(reader.read(DIGEST_BYTES), request);
      reader.release();
      const blob = await raceSignal(this.#find(toHex(digest), peer), transfer);
      if (blob === undefined) return sendRefusal(stream, STATUS.notFound, transfer);
      return sendBlob(stream, blob, transfer);
    }).finally(() => reader.release());
  }

  async #find(digest: string, peer: NodeId): Promise<Uint8Array | undefined> {
    try {
      return await this.#serve?.(digest, peer);
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }
}
