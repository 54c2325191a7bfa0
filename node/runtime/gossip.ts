import type { Participant, Transport } from '../../coordinator/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import { TOPICS, type Topic } from '../../protocol/message-types.ts';
import type { Network, ServeBlob, Verdict } from '../network/index.ts';

const FETCH_TIMEOUT_MS = 3_000;

export type GossipCollaborators = {
  /** The network as it stands: it is made anew when its port comes free. */
  readonly network: () => Network | undefined;
  /** Judges a message, and acts on it where it is accepted. */
  readonly hear: (bytes: Uint8Array) => Verdict;
  readonly serve: ServeBlob;
  /** Who answers the others' questions for the log and for what is held of them; nobody while the core is down. */
  readonly participant: () => Participant | undefined;
  readonly onError: (error: unknown) => void;
};

/** The participant's messages and bodies on the network: topics of one network's name, in both directions. */
export class GossipWiring {
  readonly #name: string;
  readonly #collaborators: GossipCollaborators;

  /** @param name of the network: part of every topic. */
  constructor(name: string, collaborators: GossipCollaborators) {
    this.#name = name;
    this.#collaborators = collaborators;
  }

  topic(topic: Topic): string {
    return `/ballast/${this.#name}/${topic}`;
  }

  /** Hears and serves on a network; called once for each network that is made. */
  join(network: Network): void {
    const { hear, serve, participant } = this.#collaborators;
    for (const topic of TOPICS) {
      network.subscribe(this.topic(topic), hear, () => undefined);
    }
    network.serveBlobs(serve);
    network.serveLog(async ({ from, most }) => {
      const request = from === 0 ? ({ from: 'newest' } as const) : { from, most };
      return participant()?.serveLog(request);
    });
    network.serveWitness(async (peer) => participant()?.serveWitness(peer));
  }

  get transport(): Transport {
    const { network, onError } = this.#collaborators;
    return {
      broadcast: (topic, bytes) => {
        network()?.publish(this.topic(topic), bytes).catch(onError);
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
}

const noNetwork = () =>
  new BallastError('NETWORK_DOWN', 'network: got a request while it is made anew, expected none');
