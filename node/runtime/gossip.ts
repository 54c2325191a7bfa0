import type { Participant, Transport } from '../../coordinator/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import { type Envelope, openEnvelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { type Topic, topicOf } from '../../protocol/message-types.ts';
import { AuthorLimit, type Network, type ServeBlob, type Verdict } from '../network/index.ts';

const FETCH_TIMEOUT_MS = 3_000;

export type GossipCollaborators = {
  /** The network as it stands: it is made anew when its port comes free. */
  readonly network: () => Network | undefined;
  /** Judges a message, and acts on it where it is accepted. */
  readonly hear: (bytes: Uint8Array, envelope: Envelope) => Verdict;
  /** Whether this node is a member of the committee as it is now. */
  readonly isVoter: () => boolean;
  /** Hears of each vote of this node's own, once, as it is sent. */
  readonly onVote?: (envelope: Envelope, digest: Digest) => void;
  /** In a dry run: hears of each message of this node's own, once, in the place of everybody else. */
  readonly withhold?: (envelope: Envelope, digest: Digest, bytes: number) => void;
  readonly serve: ServeBlob;
  /** Who answers the others' questions for the log and for what is held of them; nobody while the core is down. */
  readonly participant: () => Participant | undefined;
  readonly onError: (error: unknown) => void;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
};

/** Topics that every node hears by gossip. Headers concern members alone, and votes go over direct streams. */
const OF_EVERYONE: readonly Topic[] = ['rounds', 'parameters'];

/** The participant's messages and bodies on the network: topics of one network's name, in both directions. */
export class GossipWiring {
  readonly #name: string;
  readonly #collaborators: GossipCollaborators;
  readonly #authors: AuthorLimit;
  /** Votes that this node has told of: they are sent again, as the same bytes. */
  readonly #told = new WeakSet<Uint8Array>();
  #joined: Network | undefined;
  /** Ends the subscription to headers. */
  #endUpdates: (() => void) | undefined;

  /** @param name of the network: part of every topic. */
  constructor(name: string, collaborators: GossipCollaborators) {
    this.#name = name;
    this.#collaborators = collaborators;
    this.#authors = new AuthorLimit(collaborators.now);
  }

  topic(topic: Topic): string {
    return `/ballast/${this.#name}/${topic}`;
  }

  /** Hears and serves on a network; called once for each network that is made. */
  join(network: Network): void {
    const { serve, participant } = this.#collaborators;
    for (const topic of OF_EVERYONE) this.#subscribe(network, topic);
    network.takeVotes((bytes, from) => this.#hear('votes', bytes, from, from));
    this.#joined = network;
    this.#endUpdates = undefined;
    this.followCommittee();
    network.serveBlobs(serve);
    network.serveLog(async ({ from, most }, peer) => {
      const request = from === 0 ? ({ from: 'newest' } as const) : { from, most };
      return participant()?.serveLog(request, peer);
    });
    network.serveWitness(async (peer) => participant()?.serveWitness(peer));
  }

  /** Hears headers from now on, or no more, as the committee has this node. Headers are said without hearing others'. */
  followCommittee(): void {
    const isVoter = this.#collaborators.isVoter();
    if (isVoter && this.#endUpdates === undefined && this.#joined !== undefined) {
      this.#endUpdates = this.#subscribe(this.#joined, 'updates');
    } else if (!isVoter) {
      this.#endUpdates?.();
      this.#endUpdates = undefined;
    }
  }

  get transport(): Transport {
    const { network, onError, withhold } = this.#collaborators;
    return {
      broadcast: (topic, bytes) => {
        try {
          if (withhold !== undefined) this.#once(bytes, withhold);
          else if (topic === 'votes') this.#vote(bytes);
          else network()?.publish(this.topic(topic), bytes).catch(onError);
        } catch (error) {
          onError(error);
        }
      },
      fetch: (from, digest, maxBytes, signal) => {
        const current = network();
        if (current === undefined) return Promise.reject(noNetwork());
        return current.fetch(from, digest, { maxBytes, signal, timeoutMs: FETCH_TIMEOUT_MS });
      },
      fetchLog: async (from, request, signal) => {
        const current = network();
        if (current === undefined) throw noNetwork();
        const wanted = request.from === 'newest' ? { from: 0, most: 1 } : request;
        return current.fetchLog(from, wanted, signal);
      },
      fetchWitness: async (from, signal) => {
        const current = network();
        if (current === undefined) throw noNetwork();
        return current.fetchWitness(from, signal);
      },
    };
  }

  #subscribe(network: Network, topic: Topic): () => void {
    return network.subscribe(
      this.topic(topic),
      (bytes, from) => this.#hear(topic, bytes, from),
      () => undefined,
    );
  }

  /**
   * @param from who handed it on.
   * @param author who alone may have signed it, where it came over a direct stream.
   * @throws MessageError
   */
  #hear(topic: Topic, bytes: Uint8Array, from: NodeId, author?: NodeId): Verdict {
    const { envelope } = openEnvelope(bytes, ({ sender, type }) => this.#authors.check(from, sender, type));
    if (topicOf(envelope.type) !== topic) return { action: 'reject', code: 'MESSAGE_WRONG_TOPIC' };
    if (author !== undefined && envelope.sender !== author)
      return { action: 'reject', code: 'MESSAGE_NOT_ITS_OWN' };
    return this.#collaborators.hear(bytes, envelope);
  }

  #vote(bytes: Uint8Array): void {
    this.#collaborators.network()?.sendVote(bytes);
    this.#once(bytes, (envelope, digest) => this.#collaborators.onVote?.(envelope, digest));
  }

  #once(bytes: Uint8Array, tell: (envelope: Envelope, digest: Digest, bytes: number) => void): void {
    if (this.#told.has(bytes)) return;
    this.#told.add(bytes);
    const { envelope, digest } = openEnvelope(bytes);
    tell(envelope, digest, bytes.length);
  }
}

const noNetwork = () =>
  new BallastError('NETWORK_DOWN', 'network: got a request while it is made anew, expected none');
