import type { Digest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { PeerRelease } from './peer-releases.ts';
import type { AnswerRecords, RecordRequest } from './records.ts';

/**
 * What a validator decides about a gossip message. Accepted messages are delivered and forwarded; `ignore` drops
 * the message, `reject` drops it and counts against the peer that sent it. A dropped message is judged afresh
 * when another copy arrives. `code` says why, for metrics and for `peers()`.
 */
export type Verdict =
  | { readonly action: 'accept' }
  | { readonly action: 'ignore' | 'reject'; readonly code?: string }
  /** This node cannot judge just now: the message is dropped, and that is no refusal of the peer's. */
  | { readonly action: 'defer' };

/**
 * Judges a message before it is forwarded. May throw a `MessageError`, which says ignore or reject by itself; any
 * other error is this node's own fault and ignores the message. `from` is the peer that handed it on, not its
 * author.
 */
export type Validate = (bytes: Uint8Array, from: NodeId) => Verdict | Promise<Verdict>;

/**
 * Takes an accepted message. While its promise is pending it holds one of the queue's places (at most
 * {@link HANDLING_TIMEOUT_MS}), so that a slow consumer is felt as a bounded queue.
 */
export type OnMessage = (bytes: Uint8Array, from: NodeId) => void | Promise<void>;

/** A blob by its digest, or undefined: the caller decides who may have what, and when. */
export type ServeBlob = (digest: Digest, peer: NodeId) => Promise<Uint8Array | undefined>;

/** One refused message. */
export type Refusal = {
  readonly peer: NodeId;
  readonly topic: string;
  readonly action: 'ignore' | 'reject';
  readonly code: string;
  /** The peer's score after it: 0 at best, see {@link DISCONNECT_SCORE} and {@link BAN_SCORE}. */
  readonly score: number;
};

/** A connected peer. */
export type PeerInfo = PeerRelease & {
  readonly id: NodeId;
  readonly address: string;
  readonly score: number;
  /** Time of a round trip to it when it was last asked, in milliseconds; undefined before that. */
  readonly latencyMs: number | undefined;
  /** Refused messages by code. */
  readonly refusals: Readonly<Record<string, number>>;
};

export type FetchOptions = {
  readonly signal?: AbortSignal;
  /** The largest body that is accepted. */
  readonly maxBytes: number;
  /** Of the whole transfer; a minute unless given. */
  readonly timeoutMs?: number;
};

/** A node's place in the network. It is started once and stopped once. */
export interface Network {
  readonly peerId: NodeId;
  /** @throws AddressError `LISTEN_FAILED`. */
  start(): Promise<void>;
  /** Closes every connection, stream, timer and wait. */
  stop(): Promise<void>;
  /** Addresses under which others reach this node, ending in its id. */
  multiaddrs(): string[];
  peers(): PeerInfo[];
  /**
   * Connects to an address that ends in a peer id, and keeps trying in the background when it does not answer.
   *
   * @throws AddressError `ADDRESS_MALFORMED`. @throws NetworkError `PEER_UNREACHABLE`.
   */
  connect(address: string, signal?: AbortSignal): Promise<NodeId>;
  /**
   * Hands a message to the peers subscribed to the topic, each time it is called: saying it again reaches peers
   * that came later, and those that have it drop the copy. A node does not hear its own messages.
   *
   * @returns the peers that it was sent to; empty when nobody listens.
   * @throws NetworkError `MESSAGE_TOO_LARGE`, `NETWORK_STATE`.
   */
  publish(topic: string, bytes: Uint8Array): Promise<NodeId[]>;
  /**
   * @returns ends the subscription.
   * @throws NetworkError `TOPIC_TAKEN` when the topic has a subscription.
   */
  subscribe(topic: string, validate: Validate, onMessage: OnMessage): () => void;
  /**
   * Hands a vote to every other voter over a direct stream, ahead of everything; where this node is none, to nobody.
   * One that cannot be reached within seconds misses it: votes are said again.
   *
   * @throws NetworkError `MESSAGE_TOO_LARGE`, `NETWORK_STATE`.
   */
  sendVote(bytes: Uint8Array): void;
  /** Takes voters' messages from now on, one at a time from each. What is accepted goes nowhere else. */
  takeVotes(validate: Validate): void;
  /**
   * Resolves when at least `count` peers are subscribed to the topic and a message can be sent to them.
   * It then waits up to two heartbeats for gossip's mesh, so that this node also forwards what others say.
   *
   * @throws NetworkError `WAIT_ABORTED` when the signal fires or the node stops first.
   */
  ready(topic: string, count: number, signal: AbortSignal): Promise<void>;
  /** Answers other nodes' fetches from now on; until then nothing is found. */
  serveBlobs(serve: ServeBlob): void;
  /**
   * Fetches a blob from a peer over a direct stream, and checks it against its digest.
   *
   * @throws NetworkError `PEER_UNREACHABLE`, `BLOB_NOT_FOUND`, `BLOB_BUSY`, `BLOB_TOO_LARGE`,
   *   `BLOB_DIGEST_MISMATCH`, `BLOB_MALFORMED`, `BLOB_TRANSFER_FAILED`, `FETCH_ABORTED`, `FETCH_TIMEOUT`,
   *   `FETCH_QUEUE_FULL`, `DIGEST_MALFORMED`.
   */
  fetch(peer: NodeId, digest: Digest, options: FetchOptions): Promise<Uint8Array>;
  /** Answers other nodes' questions for the round log from now on; `from` 0 asks for the newest record. */
  serveLog(answer: AnswerRecords): void;
  /**
   * Records of a peer's round log, at most 64 and each of bounded size, as the peer gives them.
   *
   * @throws NetworkError `PEER_UNREACHABLE`, `REQUEST_BUSY`, `REQUEST_MALFORMED`, `REQUEST_FAILED`,
   *   `REQUEST_TIMEOUT`.
   */
  fetchLog(peer: NodeId, request: RecordRequest, signal: AbortSignal): Promise<Uint8Array[]>;
  /** Tells a peer, and nobody else, what is held of it. */
  serveWitness(answer: (peer: NodeId) => Promise<readonly Uint8Array[] | undefined>): void;
  /** What a peer holds of this node, at most two envelopes. @throws as `fetchLog`. */
  fetchWitness(peer: NodeId, signal: AbortSignal): Promise<Uint8Array[]>;
}
