import type { Stream } from '@libp2p/interface';
import { type Digest, fromHex, sha256 } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { receiveBlob } from './blob-wire.ts';
import { NetworkError } from './errors.ts';
import { KeyedLimiter } from './limiter.ts';
import { BLOB_LIMITS } from './limits.ts';
import { sendAll, withStream } from './stream-io.ts';
import { StreamReader } from './stream-reader.ts';
import type { FetchOptions } from './types.ts';

export type BlobClientCollaborators = {
  /** Opens a stream of the blob protocol. @throws NetworkError `PEER_UNREACHABLE`. */
  readonly open: (peer: NodeId, signal: AbortSignal) => Promise<Stream>;
  /** Fires when the node stops. */
  readonly stopped: AbortSignal;
  /** Hears of peers whose answers break the protocol or are not what was asked for. */
  readonly onLie: (peer: NodeId, code: string) => void;
};

/** Fetches blobs by digest, a few at once from each peer. */
export class BlobClient {
  readonly #with: BlobClientCollaborators;
  readonly #limiter = new KeyedLimiter(BLOB_LIMITS.perPeer, BLOB_LIMITS.waitingPerPeer);

  constructor(collaborators: BlobClientCollaborators) {
    this.#with = collaborators;
  }

  /** See `Network.fetch`. */
  async fetch(peer: NodeId, digest: Digest, options: FetchOptions): Promise<Uint8Array> {
    const wanted = fromHex(digest);
    const timeout = AbortSignal.timeout(options.timeoutMs ?? BLOB_LIMITS.transferTimeoutMs);
    const given = options.signal === undefined ? [] : [options.signal];
    const signal = AbortSignal.any([...given, timeout, this.#with.stopped]);
    let release: (() => void) | undefined;
    try {
      release = await this.#limiter.acquire(peer, signal);
      if (release === undefined) {
        throw new NetworkError(
          'FETCH_QUEUE_FULL',
          `${BLOB_LIMITS.waitingPerPeer} fetches from ${peer} wait already`,
        );
      }
      const blob = await this.#transfer(peer, wanted, options.maxBytes, signal);
      if (Buffer.compare(sha256(blob), wanted) === 0) return blob;
      throw new NetworkError('BLOB_DIGEST_MISMATCH', 'the peer served other bytes than the digest names');
    } catch (error) {
      throw this.#explained(error, peer, digest, signal, timeout);
    } finally {
      release?.();
    }
  }

  async #transfer(
    peer: NodeId,
    wanted: Uint8Array,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const stream = await this.#with.open(peer, signal);
    const reader = new StreamReader(stream);
    return withStream(stream, signal, async () => {
      await sendAll(stream, wanted, signal);
      return receiveBlob(reader, maxBytes);
    }).finally(() => reader.release());
  }

  #explained(
    error: unknown,
    peer: NodeId,
    digest: Digest,
    signal: AbortSignal,
    timeout: AbortSignal,
  ): NetworkError {
    const metadata = { peer, digest };
    if (error instanceof NetworkError) {
      if (LIES.has(error.code)) this.#with.onLie(peer, error.code);
      return new NetworkError(error.code, `fetch of ${digest} from ${peer}: ${error.message}`, {
        metadata: { ...error.metadata, ...metadata },
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        cause: error.cause,
      });
    }
    if (signal.aborted) {
      const late = signal.reason === timeout.reason && timeout.aborted;
      const code = late ? 'FETCH_TIMEOUT' : 'FETCH_ABORTED';
      const what = late ? 'did not end in time' : 'was given up';
      return new NetworkError(code, `fetch of ${digest} from ${peer} ${what}`, { metadata, cause: error });
    }
    const what = error instanceof Error ? error.message : String(error);
    return new NetworkError('BLOB_TRANSFER_FAILED', `fetch of ${digest} from ${peer} broke off: ${what}`, {
      metadata,
      cause: error,
    });
  }
}

const LIES: ReadonlySet<string> = new Set(['BLOB_DIGEST_MISMATCH', 'BLOB_MALFORMED']);
