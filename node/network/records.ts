import type { Stream } from '@libp2p/interface';
import type { NodeId } from '../../protocol/ids.ts';
import { NetworkError } from './errors.ts';
import type { RecordLimits } from './limits.ts';
import { RateLimiter } from './rate-limiter.ts';
import { ServingSlots } from './serving-slots.ts';
import { raceSignal, sendAll, withStream } from './stream-io.ts';
import { StreamReader } from './stream-reader.ts';

/**
 * Short questions that are answered with a few records, over a direct stream. Request: {@link REQUEST_BYTES}, two
 * u32. Answer: one status byte and one that counts the records; for each its length as u32 and its bytes. Integers
 * are big-endian.
 */

const REQUEST_BYTES = 8;
const STATUS = { answered: 0, busy: 1 } as const;
/** A peer that sends more than a request is not listened to. */
const MAX_REQUEST_BUFFER = 256;

/** A `most` of 0 asks for one record of another kind: of the log the asker's own row on a roll. */
export type RecordRequest = { readonly from: number; readonly most: number };
/** The records; undefined where this node cannot say just now, which is not the same as having none. */
export type AnswerRecords = (
  request: RecordRequest,
  peer: NodeId,
) => Promise<readonly Uint8Array[] | undefined>;

export type RecordCollaborators = {
  /** Opens a stream of the protocol. @throws NetworkError `PEER_UNREACHABLE`. */
  readonly open: (peer: NodeId, signal: AbortSignal) => Promise<Stream>;
  /** Fires when the node stops. */
  readonly stopped: AbortSignal;
  /** Hears of peers whose answers break the protocol. */
  readonly onLie: (peer: NodeId, code: string) => void;
  /** Hears of faults of the answering callback. */
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
  /** Who is answered before strangers. */
  readonly isMember: (peer: NodeId) => boolean;
};

/** Both ends of one such protocol. */
export class RecordExchange {
  readonly #limits: RecordLimits;
  readonly #with: RecordCollaborators;
  readonly #rate: RateLimiter;
  readonly #slots: ServingSlots;
  #answer: AnswerRecords = async () => undefined;

  constructor(limits: RecordLimits, collaborators: RecordCollaborators) {
    this.#limits = limits;
    this.#with = collaborators;
    this.#rate = new RateLimiter(limits.rate, collaborators.now);
    this.#slots = new ServingSlots(
      { total: limits.served, perPeer: limits.servedPerPeer },
      collaborators.isMember,
    );
  }

  answerWith(answer: AnswerRecords): void {
    this.#answer = answer;
  }

  prune(): void {
    this.#rate.prune();
  }

  /** Handles one stream. Never rejects. */
  async handle(stream: Stream, peer: NodeId): Promise<void> {
    stream.maxReadBufferLength = MAX_REQUEST_BUFFER;
    const release = this.#rate.take(peer) ? this.#slots.take(peer) : undefined;
    try {
      await this.#serve(stream, peer, release === undefined);
    } catch {
      // The peer left, was too slow or broke the protocol: its stream is aborted, and that is all.
    } finally {
      release?.();
    }
  }

  /** @throws NetworkError `PEER_UNREACHABLE`, `REQUEST_BUSY`, `REQUEST_MALFORMED`, `REQUEST_FAILED`, `REQUEST_TIMEOUT`. */
  async ask(peer: NodeId, request: RecordRequest, given: AbortSignal): Promise<Uint8Array[]> {
    const timeout = AbortSignal.timeout(this.#limits.timeoutMs);
    const signal = AbortSignal.any([given, timeout, this.#with.stopped]);
    try {
      const stream = await this.#with.open(peer, signal);
      const reader = new StreamReader(stream);
      return await withStream(stream, signal, async () => {
        await sendAll(stream, encodeRequest(request), signal);
        return this.#read(reader, this.#bound(request.most));
      }).finally(() => reader.release());
    } catch (error) {
      throw this.#explained(error, peer, timeout);
    }
  }

  async #serve(stream: Stream, peer: NodeId, isBusy: boolean): Promise<void> {
    const signal = AbortSignal.any([this.#with.stopped, AbortSignal.timeout(this.#limits.timeoutMs)]);
    const reader = new StreamReader(stream);
    await withStream(stream, signal, async () => {
      if (isBusy) return sendAll(stream, Uint8Array.of(STATUS.busy, 0), signal);
      const request = decodeRequest(await raceSignal(reader.read(REQUEST_BYTES), signal));
      const most = Math.min(request.most, this.#limits.records);
      const answer = this.#answer({ ...request, most }, peer).catch((error: unknown) => {
        this.#with.onError(error);
        return undefined;
      });
      const all = await raceSignal(answer, signal);
      // An empty answer says that nothing is held, and a node that came back may go by it.
      if (all === undefined) return sendAll(stream, Uint8Array.of(STATUS.busy, 0), signal);
      // A record beyond the bound would make the answer malformed: what follows it is left out with it.
      const records = all.slice(0, this.#bound(most));
      const tooLong = records.findIndex(({ length }) => length > this.#limits.recordBytes);
      const sent = tooLong < 0 ? records : records.slice(0, tooLong);
      await sendAll(stream, Uint8Array.of(STATUS.answered, sent.length), signal);
      for (const record of sent) {
        const head = new Uint8Array(4);
        new DataView(head.buffer).setUint32(0, record.length);
        await sendAll(stream, head, signal);
        await sendAll(stream, record, signal);
      }
    }).finally(() => reader.release());
  }

  async #read(reader: StreamReader, most: number): Promise<Uint8Array[]> {
    const [status, count = 0] = await reader.read(2);
    if (status === STATUS.busy)
      throw new NetworkError('REQUEST_BUSY', 'the peer answers as much as it will', {
        hint: 'ask again later',
      });
    if (status !== STATUS.answered) throw malformed(`status ${status}, expected 0 or 1`);
    if (count > most) throw malformed(`${count} records, expected at most ${most}`);
    const records: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const head = await reader.read(4);
      const length = new DataView(head.buffer).getUint32(0);
      if (length > this.#limits.recordBytes) throw malformed(`a record of ${length} bytes`);
      records.push(await reader.read(length));
    }
    return records;
  }

  /** A request for none is for one record of another kind. */
  #bound(most: number): number {
    return Math.min(most === 0 ? 1 : most, this.#limits.records);
  }

  #explained(error: unknown, peer: NodeId, timeout: AbortSignal): NetworkError {
    const metadata = { peer };
    if (error instanceof NetworkError) {
      if (error.code === 'REQUEST_MALFORMED') this.#with.onLie(peer, error.code);
      return error;
    }
    if (timeout.aborted)
      return new NetworkError('REQUEST_TIMEOUT', `${peer} did not answer in time`, {
        metadata,
        cause: error,
      });
    const what = error instanceof Error ? error.message : String(error);
    return new NetworkError('REQUEST_FAILED', `${peer} did not answer: ${what}`, { metadata, cause: error });
  }
}

function encodeRequest({ from, most }: RecordRequest): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, from);
  view.setUint32(4, most);
  return bytes;
}

function decodeRequest(bytes: Uint8Array): RecordRequest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { from: view.getUint32(0), most: view.getUint32(4) };
}

function malformed(what: string): NetworkError {
  return new NetworkError('REQUEST_MALFORMED', `the peer's answer breaks the protocol: ${what}`);
}
