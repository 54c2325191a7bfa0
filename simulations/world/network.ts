import type { LogRequest } from '../../coordinator/collaborators.ts';
import type { Digest } from '../../protocol/digest.ts';
import { digestOfBytes } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { SeededRandom } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { type LinkQuality, type Passage, type Passages, steady } from './weather.ts';

export type Endpoint = {
  readonly receive: (bytes: Uint8Array) => void;
  readonly serve: (digest: Digest, asker: NodeId) => Promise<Uint8Array | undefined>;
  readonly serveLog?: (request: LogRequest, peer: NodeId) => Promise<readonly Uint8Array[]>;
  readonly serveWitness?: (peer: NodeId) => Promise<readonly Uint8Array[]>;
};

/**
 * Links between nodes that lose, delay, repeat and reorder, and that a partition cuts. A node that is down neither
 * sends nor receives. Delays alone reorder: each message draws its own.
 */
export class VirtualNetwork {
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #passages: Passages;
  readonly #endpoints = new Map<NodeId, Endpoint>();

  /** @param links of one quality for all time, or as each message finds them. */
  constructor(scheduler: Scheduler, random: SeededRandom, links: LinkQuality | Passages) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#passages = typeof links === 'function' ? links : steady(links);
  }

  connect(node: NodeId, endpoint: Endpoint): void {
    this.#endpoints.set(node, endpoint);
  }

  disconnect(node: NodeId): void {
    this.#endpoints.delete(node);
  }

  /** To every other node, or to those of `to`, each over its own link. */
  broadcast(from: NodeId, bytes: Uint8Array, to: (node: NodeId) => boolean = () => true): void {
    for (const node of this.#endpoints.keys()) {
      if (node === from || !to(node)) continue;
      const passage = this.#passage(from, node);
      if (passage === 'cut' || this.#random.uniform() < passage.loss) continue;
      const deliver = () => {
        if (this.#passage(from, node) !== 'cut') this.#endpoints.get(node)?.receive(bytes);
      };
      this.#scheduler.after(this.#delay(passage), deliver);
      const isDoubled = passage.duplication > 0 && this.#random.uniform() < passage.duplication;
      if (isDoubled) this.#scheduler.after(this.#delay(passage), deliver);
    }
  }

  /** A blob that matches its digest. */
  async fetch(self: NodeId, from: NodeId, digest: Digest): Promise<Uint8Array> {
    const bytes = await this.#call(self, from, ({ serve }) => serve(digest, self));
    if (bytes === undefined || digestOfBytes(bytes) !== digest)
      throw new BallastError('BODY_NOT_SERVED', `blob ${digest.slice(0, 12)}: not served`);
    return bytes;
  }

  async fetchLog(self: NodeId, from: NodeId, request: LogRequest): Promise<readonly Uint8Array[]> {
    return (await this.#call(self, from, async ({ serveLog }) => serveLog?.(request, self))) ?? [];
  }

  async fetchWitness(self: NodeId, from: NodeId): Promise<readonly Uint8Array[]> {
    return (await this.#call(self, from, async ({ serveWitness }) => serveWitness?.(self))) ?? [];
  }

  /** A request and its answer, each over the link; lost ones fail when the caller would give up. */
  #call<T>(self: NodeId, from: NodeId, ask: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const passage = this.#passage(self, from);
    const isLost = passage === 'cut' || this.#random.uniform() < passage.loss;
    const way = passage === 'cut' ? 0 : this.#delay(passage);
    return new Promise((resolve, reject) => {
      const fail = () => reject(new BallastError('BODY_NOT_SERVED', `${from}: no answer`));
      const giveUp = () => this.#scheduler.after(FETCH_TIMEOUT_MS, fail);
      this.#scheduler.after(way + (isLost ? FETCH_TIMEOUT_MS : 0), () => {
        const endpoint = this.#endpoints.get(from);
        if (isLost || endpoint === undefined) {
          fail();
          return;
        }
        ask(endpoint).then((answer) => {
          const back = this.#passage(from, self);
          if (back === 'cut') giveUp();
          else this.#scheduler.after(this.#delay(back), () => resolve(answer));
        }, fail);
      });
    });
  }

  #passage(from: NodeId, to: NodeId): Passage | 'cut' {
    return this.#passages(from, to, this.#scheduler.now());
  }

  #delay({ delayMs: [least, most], heldUntil }: Passage): number {
    const held = Math.max(0, heldUntil - this.#scheduler.now());
    return held + least + this.#random.uniform() * (most - least);
  }
}

const FETCH_TIMEOUT_MS = 1_000;
