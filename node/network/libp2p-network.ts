import type { Connection, Stream } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { type Digest, isDigest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { isLocal, parsePeerAddress } from './addresses.ts';
import { BlobClient } from './blob-client.ts';
import { BlobServer } from './blob-server.ts';
import { Connector } from './connector.ts';
import { AddressError, NetworkError } from './errors.ts';
import { Gossip } from './gossip.ts';
import type { GossipDoor } from './gossip-door.ts';
import { Inbound } from './inbound.ts';
import type { Libp2pNode } from './libp2p-node.ts';
import {
  BLOB_LIMITS,
  BLOB_PROTOCOL,
  EXCHANGE_INTERVAL_MS,
  EXCHANGE_LIMITS,
  GOSSIP_SLICE_MS,
  INBOUND_LIMITS,
  LOG_LIMITS,
  LOG_PROTOCOL,
  MAX_MESSAGE_BYTES,
  MESSAGE_RATE,
  MIN_VOTERS,
  PEER_EXCHANGE_PROTOCOL,
  REJECT_PENALTY,
  type RecordLimits,
  TARGET_CONNECTIONS,
  VOTE_LIMITS,
  VOTES_PROTOCOL,
  WITNESS_LIMITS,
  WITNESS_PROTOCOL,
} from './limits.ts';
import type { NetworkCollaborators, NetworkOptions } from './network-options.ts';
import { answerExchange, askExchange } from './peer-exchange.ts';
import type { PeerJudge } from './peer-judge.ts';
import { PeerReleases } from './peer-releases.ts';
import type { PeerScores } from './peer-scores.ts';
import { RateLimiter } from './rate-limiter.ts';
import { type AnswerRecords, RecordExchange, type RecordRequest } from './records.ts';
import { waitForSubscribers } from './subscribers.ts';
import type { FetchOptions, Network, OnMessage, PeerInfo, ServeBlob, Validate } from './types.ts';
import { VoteStreams } from './vote-streams.ts';

const NOBODY: ReadonlySet<NodeId> = new Set();

type State = 'new' | 'started' | 'stopped';

/** A {@link Network} over a libp2p node: gossip, votes, bodies, logs and witnesses, and whom it is connected to. */
export class Libp2pNetwork implements Network {
  readonly peerId: NodeId;
  readonly #node: Libp2pNode;
  readonly #scores: PeerScores;
  readonly #onError: (error: unknown, where: string) => void;
  readonly #judge: PeerJudge;
  readonly #door: GossipDoor;
  readonly #inbound: Inbound;
  readonly #gossip: Gossip;
  readonly #voters: () => ReadonlySet<NodeId>;
  readonly #votes: VoteStreams;
  readonly #connector: Connector;
  readonly #releases = new PeerReleases();
  readonly #server: BlobServer;
  readonly #client: BlobClient;
  readonly #log: RecordExchange;
  readonly #witness: RecordExchange;
  readonly #stopped = new AbortController();
  readonly #rate: RateLimiter;
  #state: State = 'new';
  #starting: Promise<void> | undefined;

  constructor(
    node: Libp2pNode,
    { scores, judge, door }: { scores: PeerScores; judge: PeerJudge; door: GossipDoor },
    options: NetworkOptions,
    collaborators: NetworkCollaborators & { readonly now: () => number },
  ) {
    this.peerId = node.peerId.toString();
    this.#node = node;
    this.#scores = scores;
    this.#onError = collaborators.onError ?? (() => undefined);
    this.#judge = judge;
    this.#door = door;
    this.#rate = new RateLimiter(options.messageRate ?? MESSAGE_RATE, collaborators.now);
    this.#inbound = new Inbound(
      { maxMessageBytes: MAX_MESSAGE_BYTES, queue: INBOUND_LIMITS },
      {
        judge,
        rate: this.#rate,
        pace: { sliceMs: GOSSIP_SLICE_MS, now: collaborators.now, nextTurn: (run) => setImmediate(run) },
        onError: this.#onError,
      },
    );
    this.#gossip = new Gossip(node.services.gossip, (topic, bytes, from) =>
      this.#inbound.handle(topic, bytes, from),
    );
    const voters = collaborators.voters ?? (() => NOBODY);
    this.#voters = voters;
    this.#votes = new VoteStreams(this.peerId, VOTE_LIMITS, {
      voters,
      open: async (peer, signal) => {
        if (scores.standing(peer) !== 'good') throw unreachable(peer, new Error('its connection was cut'));
        return this.#open(peer, VOTES_PROTOCOL, signal);
      },
      take: (bytes, peer) => this.#inbound.take(VOTES_PROTOCOL, bytes, peer),
      refuse: (peer, action, code, penalty) =>
        judge.refuse({ peer, topic: VOTES_PROTOCOL, action, code }, penalty),
      stopped: this.#stopped.signal,
      now: collaborators.now,
    });
    const isMember = collaborators.isMember ?? (() => true);
    this.#server = new BlobServer((error) => this.#onError(error, BLOB_PROTOCOL), isMember);
    this.#client = new BlobClient({
      open: (peer, signal) => this.#open(peer, BLOB_PROTOCOL, signal),
      stopped: this.#stopped.signal,
      onLie: (peer, code) => this.#refuse(peer, BLOB_PROTOCOL, code),
    });
    const exchange = (protocol: string, limits: RecordLimits) =>
      new RecordExchange(limits, {
        open: (peer, signal) => this.#open(peer, protocol, signal),
        stopped: this.#stopped.signal,
        onLie: (peer, code) => this.#refuse(peer, protocol, code),
        onError: (error) => this.#onError(error, protocol),
        now: collaborators.now,
        isMember,
      });
    this.#log = exchange(LOG_PROTOCOL, LOG_LIMITS);
    this.#witness = exchange(WITNESS_PROTOCOL, WITNESS_LIMITS);
    this.#connector = new Connector(
      {
        self: this.peerId,
        targetConnections: options.targetConnections ?? TARGET_CONNECTIONS,
        exchangeIntervalMs: options.exchangeIntervalMs ?? EXCHANGE_INTERVAL_MS,
      },
      {
        connectedPeers: () => node.getPeers().map(String),
        mayDial: (peer) => scores.standing(peer) === 'good',
        isNeeded: (peer, connected) => {
          const committee = voters();
          if (!committee.has(peer)) return false;
          return (
            committee.has(this.peerId) || connected.filter((id) => committee.has(id)).length < MIN_VOTERS
          );
        },
        dial: async (addresses, signal) => {
          await node.dial([...addresses], { signal });
        },
        ask: (peer, signal) => this.#askForPeers(peer, signal),
        now: collaborators.now,
      },
    );
  }

  /** Adds a bootstrap address. @throws AddressError `ADDRESS_MALFORMED`. */
  remember(address: string): void {
    this.#connector.add(parsePeerAddress(address), true);
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw this.#stateError('start');
    this.#state = 'started';
    this.#starting = this.#begin();
    try {
      await this.#starting;
    } catch (error) {
      await this.stop();
      throw listenError(error);
    }
  }

  async #begin(): Promise<void> {
    await this.#node.handle(
      BLOB_PROTOCOL,
      (stream, { remotePeer }) => this.#server.handle(stream, remotePeer.toString(), this.#stopped.signal),
      { maxInboundStreams: BLOB_LIMITS.streams, maxOutboundStreams: BLOB_LIMITS.streams },
    );
    await this.#node.handle(
      VOTES_PROTOCOL,
      (stream, { remotePeer }) => this.#votes.handle(stream, remotePeer.toString()),
      { maxInboundStreams: 2, maxOutboundStreams: 2 },
    );
    await this.#node.handle(
      PEER_EXCHANGE_PROTOCOL,
      (stream, connection) => this.#tellPeers(stream, connection),
      { maxInboundStreams: 4, maxOutboundStreams: 4 },
    );
    for (const [protocol, exchange] of [
      [LOG_PROTOCOL, this.#log],
      [WITNESS_PROTOCOL, this.#witness],
    ] as const) {
      await this.#node.handle(
        protocol,
        (stream, { remotePeer }) => exchange.handle(stream, remotePeer.toString()),
        { maxInboundStreams: 8, maxOutboundStreams: 8 },
      );
    }
    this.#node.addEventListener('peer:connect', ({ detail }) => this.#votes.connected(detail.toString()));
    this.#releases.follow(this.#node);
    this.#node.addEventListener('peer:disconnect', () => {
      for (const bounded of [this.#rate, this.#door, this.#votes, this.#log, this.#witness]) bounded.prune();
    });
    await this.#node.start();
    if (this.#stopped.signal.aborted) return;
    this.#gossip.start();
    this.#connector.start();
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#stopped.abort(new NetworkError('NETWORK_STATE', 'the network stops'));
    this.#connector.stop();
    this.#gossip.stop();
    this.#votes.stop();
    this.#inbound.drop();
    // libp2p takes no stop while it starts.
    await this.#starting?.catch(() => undefined);
    // Aborted rather than closed: a graceful close waits for peers, who may be stopping too.
    for (const connection of this.#node.getConnections()) connection.abort(new Error('the node stops'));
    await this.#node.stop();
  }

  multiaddrs(): string[] {
    return this.#node.getMultiaddrs().map(String);
  }

  peers(): PeerInfo[] {
    const peers = new Map<NodeId, PeerInfo>();
    for (const connection of this.#node.getConnections()) {
      const id = connection.remotePeer.toString();
      const address = connection.remoteAddr.toString();
      const [score, refusals] = [this.#scores.score(id), this.#scores.refusals(id)];
      const ran = this.#releases.of(id);
      peers.set(id, { id, address, score, latencyMs: connection.rtt, refusals, ...ran });
    }
    return [...peers.values()];
  }

  async connect(address: string, signal?: AbortSignal): Promise<NodeId> {
    const parsed = parsePeerAddress(address);
    this.#connector.add(parsed, true);
    this.#requireStarted('connect');
    try {
      await this.#node.dial(parsed.address, { signal: this.#orStopped(signal) });
    } catch (error) {
      throw unreachable(parsed.peer, error);
    }
    return parsed.peer;
  }

  async publish(topic: string, bytes: Uint8Array): Promise<NodeId[]> {
    this.#requireStarted('publish');
    requireSize(topic, bytes, MAX_MESSAGE_BYTES);
    // A copy: gossip keeps the bytes for some seconds to answer peers that missed them.
    return this.#gossip.publish(topic, Uint8Array.from(bytes));
  }

  sendVote(bytes: Uint8Array): void {
    this.#requireStarted('sendVote');
    requireSize(VOTES_PROTOCOL, bytes, VOTE_LIMITS.messageBytes);
    this.#votes.send(bytes);
  }

  takeVotes(validate: Validate): void {
    this.#inbound.unsubscribe(VOTES_PROTOCOL);
    this.#inbound.subscribe(VOTES_PROTOCOL, { validate, onMessage: () => undefined });
  }

  subscribe(topic: string, validate: Validate, onMessage: OnMessage): () => void {
    if (!this.#inbound.subscribe(topic, { validate, onMessage })) {
      throw new NetworkError('TOPIC_TAKEN', `topic ${topic} has a subscription already`, {
        metadata: { topic },
      });
    }
    this.#gossip.subscribe(topic);
    return () => {
      this.#inbound.unsubscribe(topic);
      this.#gossip.unsubscribe(topic);
    };
  }

  async ready(topic: string, count: number, signal: AbortSignal): Promise<void> {
    const reachable = () => this.#gossip.subscribers(topic).filter((peer) => this.#canGossipTo(peer)).length;
    const meshed = () => this.#gossip.meshSize(topic);
    await waitForSubscribers(topic, count, { reachable, meshed }, this.#orStopped(signal));
  }

  serveBlobs(serve: ServeBlob): void {
    this.#server.serveWith(serve);
  }

  async fetch(peer: NodeId, digest: Digest, options: FetchOptions): Promise<Uint8Array> {
    this.#requireStarted('fetch');
    if (!isDigest(digest)) {
      const got = JSON.stringify(String(digest).slice(0, 80));
      throw new NetworkError('DIGEST_MALFORMED', `blob digest: got ${got}, expected 64 hexadecimal digits`);
    }
    return this.#client.fetch(peer, digest, options);
  }

  serveLog(answer: AnswerRecords): void {
    this.#log.answerWith(answer);
  }

  async fetchLog(peer: NodeId, request: RecordRequest, signal: AbortSignal): Promise<Uint8Array[]> {
    this.#requireStarted('fetchLog');
    return this.#log.ask(peer, request, signal);
  }

  serveWitness(answer: (peer: NodeId) => Promise<readonly Uint8Array[] | undefined>): void {
    this.#witness.answerWith((_request, peer) => answer(peer));
  }

  async fetchWitness(peer: NodeId, signal: AbortSignal): Promise<Uint8Array[]> {
    this.#requireStarted('fetchWitness');
    return this.#witness.ask(peer, { from: 0, most: WITNESS_LIMITS.records }, signal);
  }

  async #open(peer: NodeId, protocol: string, signal: AbortSignal): Promise<Stream> {
    try {
      const id = peerIdFromString(peer);
      const known = this.#connector.addressesOf(peer);
      const target = this.#node.getConnections(id).length > 0 || known.length === 0 ? id : [...known];
      return await this.#node.dialProtocol(target, protocol, { signal });
    } catch (error) {
      if (signal.aborted) throw error;
      throw unreachable(peer, error);
    }
  }

  async #askForPeers(peer: NodeId, stopped: AbortSignal) {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(EXCHANGE_LIMITS.timeoutMs)]);
    const [connection] = this.#node.getConnections(peerIdFromString(peer));
    if (connection === undefined) return [];
    const stream = await connection.newStream(PEER_EXCHANGE_PROTOCOL, { signal });
    return askExchange(stream, isLocal(connection.remoteAddr), signal);
  }

  async #tellPeers(stream: Stream, { remotePeer }: Connection): Promise<void> {
    const addresses: string[] = [];
    // Voters first: everyone needs some of them.
    const committee = this.#voters();
    const rank = (peer: { toString(): string }) => (committee.has(peer.toString()) ? 0 : 1);
    const peers = this.#node.getPeers().toSorted((a, b) => rank(a) - rank(b));
    for (const peer of peers.slice(0, EXCHANGE_LIMITS.addresses)) {
      if (peer.equals(remotePeer)) continue;
      const known = await this.#node.peerStore.get(peer).catch(() => undefined);
      for (const { multiaddr } of known?.addresses.slice(0, 2) ?? []) {
        addresses.push(`${multiaddr}/p2p/${peer}`);
      }
    }
    await answerExchange(stream, addresses, this.#stopped.signal);
  }

  #canGossipTo(peer: NodeId): boolean {
    const { protocols } = this.#node.services.gossip;
    return this.#node
      .getConnections(peerIdFromString(peer))
      .some(({ streams }) =>
        streams.some(
          ({ direction, protocol, status }) =>
            direction === 'outbound' && status === 'open' && protocols.includes(protocol),
        ),
      );
  }

  #refuse(peer: NodeId, topic: string, code: string): void {
    this.#judge.refuse({ peer, topic, action: 'reject', code }, REJECT_PENALTY);
  }

  waiting(peer: NodeId): number {
    return this.#inbound.waiting(peer);
  }

  /** Ends every connection with a peer, and drops what waits from it. */
  cut(peer: NodeId): void {
    this.#inbound.drop(peer);
    const reason = new Error('the peer sent too many invalid messages');
    for (const connection of this.#node.getConnections(peerIdFromString(peer))) connection.abort(reason);
  }

  #orStopped(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#stopped.signal : AbortSignal.any([signal, this.#stopped.signal]);
  }

  #requireStarted(what: string): void {
    if (this.#state !== 'started') throw this.#stateError(what);
  }

  #stateError(what: string): NetworkError {
    return new NetworkError('NETWORK_STATE', `network: ${what} on a node that is ${this.#state}`, {
      hint: 'a node is started once and stopped once; make another',
    });
  }
}

function requireSize(topic: string, bytes: Uint8Array, most: number): void {
  if (bytes.length <= most) return;
  throw new NetworkError(
    'MESSAGE_TOO_LARGE',
    `message on ${topic}: got ${bytes.length} bytes, expected at most ${most}`,
    { metadata: { topic, bytes: bytes.length }, hint: 'say a digest and serve the body as a blob' },
  );
}

function unreachable(peer: NodeId, error: unknown): NetworkError {
  const why = error instanceof Error ? error.message : String(error);
  return new NetworkError('PEER_UNREACHABLE', `peer ${peer} cannot be reached: ${why}`, {
    metadata: { peer },
    cause: error,
  });
}

function listenError(error: unknown): AddressError {
  const why = error instanceof Error ? error.message : String(error);
  return new AddressError('LISTEN_FAILED', `the node cannot listen: ${why}`, {
    hint: 'choose a free port and an address of this machine',
    cause: error,
  });
}
