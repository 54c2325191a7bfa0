import { createHash } from 'node:crypto';
import {
  type GossipSub,
  type GossipSubComponents,
  gossipsub,
  type Message,
  StrictNoSign,
  TopicValidatorResult,
} from '@libp2p/gossipsub';
import type { StreamHandler } from '@libp2p/interface';
import type { NodeId } from '../../protocol/ids.ts';
import { NetworkError } from './errors.ts';
import type { Admit } from './gossip-door.ts';
import { guardStream } from './gossip-stream.ts';

/**
 * The one file that knows gossipsub: `@libp2p/gossipsub`, the line of `@chainsafe/libp2p-gossipsub` that works
 * with libp2p 3. Messages are unsigned on this level, since every envelope is signed, and are known by the hash
 * of their topic and bytes.
 */

export type GossipAction = 'accept' | 'ignore' | 'reject';

/** Judges a message; must not reject. The bytes are the handler's own. */
export type GossipHandler = (topic: string, bytes: Uint8Array, from: NodeId) => Promise<GossipAction>;

/** A frame of control messages beyond this is no honest peer's. */
const DECODE_LIMITS = {
  maxSubscriptions: 256,
  maxMessages: 1024,
  maxIhaveMessageIDs: 5000,
  maxIwantMessageIDs: 5000,
  maxIdontwantMessageIDs: 512,
  maxControlMessages: 256,
  maxPeerInfos: 16,
};
/** A local network has one address for all of its nodes; gossipsub would take that for a Sybil attack. */
const LOOPBACK = new Set(['127.0.0.1', '::1']);

export type GossipServiceCollaborators = {
  /** 0 at best; gossipsub prunes and graylists by it. */
  readonly score: (peer: NodeId) => number;
  /** For a stream that a peer has opened. */
  readonly admit: (peer: NodeId) => Admit;
};

/** The libp2p service. */
export function gossipService({
  score,
  admit,
}: GossipServiceCollaborators): (components: GossipSubComponents) => GossipSub {
  const create = gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: messageId,
    msgIdToStrFn: idText,
    // A topic nobody listens to must not put the message among those seen: it may be said again later.
    allowPublishToZeroTopicPeers: false,
    fallbackToFloodsub: false,
    emitSelf: false,
    doPX: false,
    // One encoding for all peers; the other way piggybacks one peer's control messages on every later peer's.
    batchPublish: true,
    maxInboundStreams: 4,
    maxOutboundStreams: 4,
    decodeRpcLimits: DECODE_LIMITS,
    scoreParams: {
      appSpecificScore: score,
      appSpecificWeight: 1,
      IPColocationFactorWhitelist: LOOPBACK,
    },
  });
  return ({ privateKey, peerId, peerStore, registrar, connectionManager, logger }) =>
    create({
      privateKey,
      peerId,
      peerStore,
      registrar: guarded(registrar, admit),
      connectionManager,
      logger,
    });
}

type Registrar = GossipSubComponents['registrar'];

/** Gossip's streams are looked at before it reads them: libp2p's middleware would run the handler once more a stream. */
function guarded(registrar: Registrar, admit: GossipServiceCollaborators['admit']): Registrar {
  const handle: Registrar['handle'] = (protocol, handler, options) => {
    const guardedHandler: StreamHandler = (stream, connection) => {
      // Added before gossip's own listener, in the same turn: nothing comes between them, and this one is first.
      guardStream(stream, admit(connection.remotePeer.toString()));
      return handler(stream, connection);
    };
    return registrar.handle(protocol, guardedHandler, options);
  };
  return new Proxy(registrar, {
    get: (target, name) => {
      if (name === 'handle') return handle;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function messageId(message: Message): Uint8Array {
  return hashOf(message.topic, message.data);
}

function hashOf(topic: string, data: Uint8Array): Buffer {
  const name = Buffer.from(topic);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return createHash('sha256').update(length).update(name).update(data).digest();
}

function idText(id: Uint8Array): string {
  return Buffer.from(id).toString('base64');
}

/** Publishes and subscribes through gossipsub. */
export class Gossip {
  readonly #router: Router;
  readonly #seen: Map<string, unknown>;
  readonly #topics = new Set<string>();
  readonly #handler: GossipHandler;
  #started = false;

  /** @throws NetworkError `GOSSIP_INCOMPATIBLE` under a version that keeps its seen messages differently. */
  constructor(router: GossipSub, handler: GossipHandler) {
    this.#router = requireRouter(router);
    this.#handler = handler;
    this.#seen = this.#router.seenCache.entries;
    router.topicValidators = new ValidatorOfAll((peer, message) => this.#validate(peer.toString(), message));
  }

  /** To be called once libp2p runs. */
  start(): void {
    this.#started = true;
    for (const topic of this.#topics) this.#router.subscribe(topic);
  }

  stop(): void {
    this.#started = false;
  }

  subscribe(topic: string): void {
    this.#topics.add(topic);
    if (this.#started) this.#router.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.#topics.delete(topic);
    if (this.#started) this.#router.unsubscribe(topic);
  }

  subscribers(topic: string): NodeId[] {
    return this.#router.getSubscribers(topic).map(String);
  }

  /** How many subscribers others' messages are forwarded to; Infinity where this node forwards none. */
  meshSize(topic: string): number {
    return this.#topics.has(topic) ? this.#router.getMeshPeers(topic).length : Number.POSITIVE_INFINITY;
  }

  /** Sends to the topic's subscribers, also what was sent before. @returns who it was sent to. */
  async publish(topic: string, bytes: Uint8Array): Promise<NodeId[]> {
    if (this.#router.getSubscribers(topic).length === 0) return [];
    this.#forget(topic, bytes);
    try {
      const { recipients } = await this.#router.publish(topic, bytes);
      return recipients.map(String);
    } catch (error) {
      // The last subscriber left, or none has a good score.
      if (error instanceof Error && error.message === 'PublishError.NoPeersSubscribedToTopic') return [];
      throw error;
    }
  }

  async #validate(from: NodeId, message: Message): Promise<TopicValidatorResult> {
    // A copy: the frame's bytes are a view into a larger buffer, which they would keep alive.
    const action = await this.#handler(message.topic, new Uint8Array(message.data), from);
    if (action === 'accept') return TopicValidatorResult.Accept;
    // A message that came too early is judged afresh when it is said again, and every copy of a bad one counts.
    this.#forget(message.topic, message.data);
    return action === 'reject' ? TopicValidatorResult.Reject : TopicValidatorResult.Ignore;
  }

  #forget(topic: string, bytes: Uint8Array): void {
    this.#seen.delete(idText(hashOf(topic, bytes)));
  }
}

type Validator = GossipSub['topicValidators'] extends Map<string, infer V> ? V : never;

/** Validates topics of every name: gossipsub would accept and cache whatever has no validator of its own. */
class ValidatorOfAll extends Map<string, Validator> {
  readonly #validator: Validator;

  constructor(validator: Validator) {
    super();
    this.#validator = validator;
  }

  override get(): Validator {
    return this.#validator;
  }
}

/** What is used of gossipsub beyond its declared interface. */
type Router = GossipSub & {
  readonly getMeshPeers: (topic: string) => NodeId[];
  /**
   * The message ids of the last two minutes. Without access to them neither a message that is said again nor one
   * that was ignored for the moment would ever pass.
   */
  readonly seenCache: { readonly entries: Map<string, unknown> };
};

function requireRouter(router: GossipSub): Router {
  const { getMeshPeers, seenCache } = router as Partial<Router>;
  if (typeof getMeshPeers === 'function' && seenCache?.entries instanceof Map) return router as Router;
  throw new NetworkError('GOSSIP_INCOMPATIBLE', 'gossipsub: this version keeps its seen messages elsewhere', {
    hint: 'install the locked versions',
  });
}
