import type { Transport } from '../../coordinator/index.ts';
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
    const { hear, serve } = this.#collaborators;
    for (const topic of TOPICS) {
      network.subscribe(this.topic(topic), hear, () => undefined);
    }
    network.serveBlobs(serve);
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
    };
  }
}

const noNetwork = () =>
  new BallastError('NETWORK_DOWN', 'network: got a request while it is made anew, expected none');
