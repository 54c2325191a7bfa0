import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Certificate, readLoggedRound } from '../../../coordinator/index.ts';
import { createIdentity } from '../../../node/keys/index.ts';
import { createNetwork, type Network } from '../../../node/network/index.ts';
import type { Topic } from '../../../protocol/message-types.ts';

/** Votes are between members: they tell of their own. */
const GOSSIP: readonly Topic[] = ['updates', 'rounds', 'parameters'];
const DIAL_EVERY_MS = 100;
const LOG_TIMEOUT_MS = 3_000;
/** A node that has just decided may not have answered for its newest round yet. */
const RECORDS = 64;

/** A libp2p peer that is no member: it hears what is gossiped, forwards none of it and reads the members' logs. */
export class Ear {
  readonly #network: Network;
  readonly #stopping = new AbortController();

  private constructor(network: Network) {
    this.#network = network;
  }

  /** @param name of the network. */
  static async open(name: string, hear: (bytes: Uint8Array) => void): Promise<Ear> {
    const identity = createIdentity((length) => Uint8Array.from(randomBytes(length)));
    const network = await createNetwork({ privateKey: await identity.transportKey() });
    for (const topic of GOSSIP) {
      const judge = (bytes: Uint8Array) => {
        hear(bytes);
        // Where the members' network is parted, it must not join the parts.
        return { action: 'ignore' } as const;
      };
      network.subscribe(`/ballast/${name}/${topic}`, judge, () => undefined);
    }
    await network.start();
    return new Ear(network);
  }

  /** Keeps dialling a node that has just been started until it answers, so that nothing it says goes unheard. */
  async attend(address: string, id: string, isWanted: () => boolean): Promise<void> {
    const { signal } = this.#stopping;
    while (isWanted() && !signal.aborted) {
      if (this.#network.peers().some((peer) => peer.id === id)) return;
      await this.#network.connect(address, signal).catch(() => undefined);
      await sleep(DIAL_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Certificates of a node's log from a round on; rejects when it does not answer. */
  async log(id: string, from: number): Promise<Certificate[]> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(LOG_TIMEOUT_MS)]);
    const records = await this.#network.fetchLog(id, { from, most: RECORDS }, signal);
    return records.map((bytes) => readLoggedRound(bytes, id).certificate);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#network.stop();
  }
}
