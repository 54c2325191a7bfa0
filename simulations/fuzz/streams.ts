import { BlobClient } from '../../node/network/blob-client.ts';
import { BlobServer } from '../../node/network/blob-server.ts';
import { sendBlob } from '../../node/network/blob-wire.ts';
import { FrameCounter } from '../../node/network/frame-counter.ts';
import { EXCHANGE_LIMITS, GOSSIP_DOOR, LOG_LIMITS, VOTE_LIMITS } from '../../node/network/limits.ts';
import { answerExchange, askExchange } from '../../node/network/peer-exchange.ts';
import { RecordExchange, type RecordRequest } from '../../node/network/records.ts';
import { VoteStreams } from '../../node/network/vote-streams.ts';
import { digestOfBytes, fromHex } from '../../protocol/digest.ts';
import { sameBytes } from '../../protocol/encoding.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { HonestRun } from './honest-run.ts';
import { MemoryStream } from './memory-stream.ts';
import type { FuzzTarget } from './target.ts';

const NEVER = new AbortController().signal;
const PEER = 'peer';
const SELF = 'self';
const BLOB = Uint8Array.from({ length: 700 }, (_, i) => (i * 31) & 255);
const MAX_BLOB_BYTES = 1 << 20;
const ADDRESSES = [
  '/ip4/10.1.2.3/tcp/4001/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf',
  '/ip6/2001:db8::1/tcp/1/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf',
];
const ENDED = new BallastError('STREAM_ENDED', 'the stream ended before what it announced');

/** Everything that reads a stream of a peer, at either end of it. */
export async function streamTargets(run: HonestRun): Promise<FuzzTarget[]> {
  return [
    await blobAnswerTarget(),
    blobRequestTarget(),
    await recordAnswerTarget(run),
    recordRequestTarget(),
    voteLineTarget(run),
    await peerExchangeTarget(),
    gossipFramesTarget(run),
  ];
}

/** What a peer answers to a request for a blob: nothing is taken but that blob. */
async function blobAnswerTarget(): Promise<FuzzTarget> {
  return {
    name: 'blob-answer',
    corpus: [
      await sentBy((near) => sendBlob(near.stream, BLOB, NEVER)),
      Uint8Array.of(1, 0, 0, 0, 0),
      Uint8Array.of(2, 0, 0, 0, 0),
    ],
    feed: async (input) => {
      const near = new MemoryStream(input, 'asked');
      const client = new BlobClient({
        open: async () => near.stream,
        stopped: NEVER,
        onLie: () => undefined,
      });
      const blob = await client.fetch(PEER, digestOfBytes(BLOB), { maxBytes: MAX_BLOB_BYTES });
      return sameBytes(blob, BLOB) ? undefined : 'took another blob than it had asked for';
    },
  };
}

/** What a peer asks for: only who names the blob gets it, and nobody gets anything else. */
function blobRequestTarget(): FuzzTarget {
  const wanted = fromHex(digestOfBytes(BLOB));
  return {
    name: 'blob-request',
    corpus: [wanted, new Uint8Array(32)],
    feed: async (input) => {
      const near = new MemoryStream(input);
      const faults: unknown[] = [];
      const server = new BlobServer(
        (error) => faults.push(error),
        () => true,
      );
      server.serveWith(async (digest) => (digest === digestOfBytes(BLOB) ? BLOB : undefined));
      await server.handle(near.stream, PEER, NEVER);
      if (faults.length > 0) return `failed: ${String(faults[0])}`;
      const isNamed = sameBytes(input.subarray(0, 32), wanted);
      if (near.sentBytes > BLOB.length / 2 && !isNamed) return 'served a blob that was not named';
      return near.sentBytes === 0 ? refused() : undefined;
    },
  };
}

/** What a peer answers with records: as many and as long as they may be, and as they were sent. */
async function recordAnswerTarget(run: HonestRun): Promise<FuzzTarget> {
  const records = run.said.slice(0, 3);
  const most = 4;
  return {
    name: 'record-answer',
    corpus: [await answerOf(records), Uint8Array.of(1, 0)],
    feed: async (input) => {
      const near = new MemoryStream(input, 'asked');
      const exchange = exchangeOver(near, async () => undefined);
      const taken = await exchange.ask(PEER, { from: 1, most }, NEVER);
      if (taken.length > most) return `took ${taken.length} records`;
      if (taken.some(({ length }) => length > LOG_LIMITS.recordBytes)) return 'took a record above the limit';
      const again = await answerOf(taken);
      return sameBytes(again, input.subarray(0, again.length)) ? undefined : 'took what was not sent';
    },
  };
}

/** What a peer asks of the log: nobody is asked for more than may be sent. */
function recordRequestTarget(): FuzzTarget {
  return {
    name: 'record-request',
    corpus: [requestOf(1, 64), requestOf(0, 1), requestOf(7, 0)],
    feed: async (input) => {
      const near = new MemoryStream(input);
      const asked: RecordRequest[] = [];
      const exchange = exchangeOver(near, async (request) => {
        asked.push(request);
        return Array.from({ length: request.most }, () => new Uint8Array(8));
      });
      await exchange.handle(near.stream, PEER);
      if (asked.length === 0) return refused();
      if (asked.length > 1) return 'asked twice for one request';
      const limit = Math.max(1, asked[0]?.most ?? 0);
      if (limit > LOG_LIMITS.records) return `asked for ${limit} records`;
      return near.sentBytes <= 2 + limit * 12 ? undefined : `sent ${near.sentBytes} bytes`;
    },
  };
}

/** What a member says on its line: messages of one byte to the limit, one after the other, as they were sent. */
function voteLineTarget(run: HonestRun): FuzzTarget {
  const voters = new Set([PEER, SELF]);
  const unlimited = { perSecond: 1e9, burst: 1e9 };
  const limits = { ...VOTE_LIMITS, messageRate: unlimited, byteRate: unlimited, openRate: unlimited };
  return {
    name: 'vote-line',
    corpus: [framed(run.said.slice(0, 4)), framed([Uint8Array.of(1)])],
    feed: async (input) => {
      const near = new MemoryStream(input);
      const taken: Uint8Array[] = [];
      let refusal: string | undefined;
      const streams = new VoteStreams(SELF, limits, {
        voters: () => voters,
        open: () => Promise.reject(ENDED),
        take: async (bytes) => {
          taken.push(bytes);
        },
        refuse: (_peer, _action, code) => {
          refusal = code;
        },
        stopped: NEVER,
        now: () => 0,
      });
      await streams.handle(near.stream, PEER);
      if (taken.some(({ length }) => length === 0 || length > VOTE_LIMITS.messageBytes))
        return 'took a message of a length that none may have';
      if (!sameBytes(framed(taken), input.subarray(0, framed(taken).length))) return 'took what was not sent';
      if (refusal !== undefined) throw new BallastError(refusal, 'a length that no message has');
      return taken.length === 0 ? refused() : undefined;
    },
  };
}

/** Addresses that a peer names, and what a peer asks for them. */
async function peerExchangeTarget(): Promise<FuzzTarget> {
  const honest = new MemoryStream(Uint8Array.of(EXCHANGE_LIMITS.addresses));
  await answerExchange(honest.stream, ADDRESSES, NEVER);
  return {
    name: 'peer-exchange',
    corpus: [Uint8Array.from(Buffer.concat(honest.sent))],
    feed: async (input) => {
      const server = new MemoryStream(input);
      await answerExchange(server.stream, ADDRESSES, NEVER);
      if (server.sentBytes > 1_024) return `answered with ${server.sentBytes} bytes`;
      const near = new MemoryStream(input, 'asked');
      const found = await askExchange(near.stream, false, NEVER).catch((error: unknown) => {
        throw error instanceof Error && error.name === 'StreamEnded' ? ENDED : error;
      });
      return found.length <= EXCHANGE_LIMITS.addresses ? undefined : `took ${found.length} addresses`;
    },
  };
}

/** What is counted before gossip reads it: never more items than bytes, wherever the bytes are cut. */
function gossipFramesTarget(run: HonestRun): FuzzTarget {
  const frames = run.said.slice(0, 4).map((message) => {
    const field = Uint8Array.from([0x12, ...varint(message.length), ...message]);
    return Uint8Array.from([...varint(field.length), ...field]);
  });
  return {
    name: 'gossip-frames',
    corpus: [...frames, Uint8Array.from(Buffer.concat(frames))],
    feed: (input) => {
      const whole = new FrameCounter(GOSSIP_DOOR.frameBytes).count(input);
      const counter = new FrameCounter(GOSSIP_DOOR.frameBytes);
      let [items, fault]: [number, string | undefined] = [0, undefined];
      for (let at = 0; at < input.length && fault === undefined; at += 7) {
        const part = counter.count(input.subarray(at, at + 7));
        items += part.items;
        fault = part.fault;
      }
      if (items > input.length) return `counted ${items} items`;
      if (items !== whole.items || fault !== whole.fault) return 'counted otherwise in pieces';
      if (fault !== undefined) throw new BallastError(fault, 'no frames');
      return undefined;
    },
  };
}

function exchangeOver(
  near: MemoryStream,
  answer: (request: RecordRequest) => Promise<Uint8Array[] | undefined>,
) {
  const exchange = new RecordExchange(LOG_LIMITS, {
    open: async () => near.stream,
    stopped: NEVER,
    onLie: () => undefined,
    onError: () => undefined,
    now: () => 0,
    isMember: () => true,
  });
  exchange.answerWith(answer);
  return exchange;
}

/** An honest answer with these records. */
function answerOf(records: readonly Uint8Array[]): Promise<Uint8Array> {
  return sentBy(
    (near) => exchangeOver(near, async () => [...records]).handle(near.stream, PEER),
    requestOf(1, records.length),
  );
}

async function sentBy(
  use: (near: MemoryStream) => Promise<void>,
  coming: Uint8Array = new Uint8Array(),
): Promise<Uint8Array> {
  const near = new MemoryStream(coming);
  await use(near);
  return Uint8Array.from(Buffer.concat(near.sent));
}

function requestOf(from: number, most: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, from);
  new DataView(bytes.buffer).setUint32(4, most);
  return bytes;
}

function framed(messages: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const message of messages) {
    const head = new Uint8Array(4);
    new DataView(head.buffer).setUint32(0, message.length);
    parts.push(head, message);
  }
  return Uint8Array.from(Buffer.concat(parts));
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** Nothing came of it. @throws BallastError */
function refused(): never {
  throw ENDED;
}
