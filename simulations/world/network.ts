import type { LogRequest } from '../../coordinator/collaborators.ts';
import type { Digest } from '../../protocol/digest.ts';
import { digestOfBytes } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { SeededRandom } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export type LinkQuality = {
  /** Share of messages lost on each link. */
  readonly loss: number;
  /** Delay of each message, uniform between the two, in milliseconds. */
  readonly delayMs: readonly [least: number, most: number];
};

export type Endpoint = {
  readonly receive: (bytes: Uint8Array) => void;
  readonly serve: (digest: Digest) => Promise<Uint8Array | undefined>;
  readonly serveLog?: (request: LogRequest) => Promise<readonly Uint8Array[]>;
  readonly serveWitness?: (peer: NodeId) => Promise<readonly Uint8Array[]>;
};

/** Links between nodes that lose and delay. A node that is down neither sends nor receives. */
export class VirtualNetwork {
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #quality: LinkQuality;
  readonly #endpoints = new Map<NodeId, Endpoint>();

  constructor(scheduler: Scheduler, random: SeededRandom, quality: LinkQuality) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#quality = quality;
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
      if (node === from || !to(node) || this.#random.uniform() < this.#quality.loss) continue;
      this.#scheduler.after(this.#delay(), () => this.#endpoints.get(node)?.receive(bytes));
    }
  }

  /** A blob that matches its digest. */
  async fetch(from: NodeId, digest: Digest): Promise<Uint8Array> {
    const bytes = await this.#call(from, ({ serve }) => serve(digest));
    if (bytes === undefined || digestOfBytes(bytes) !== digest)
      throw new BallastError('BODY_NOT_SERVED', `blob ${digest.slice(0, 12)}: not served`);
    return bytes;
  }

  async fetchLog(from: NodeId, request: LogRequest): Promise<readonly Uint8Array[]> {
    return (await this.#call(from, async ({ serveLog }) => serveLog?.(request))) ?? [];
  }

  async fetchWitness(self: NodeId, from: NodeId): Promise<readonly Uint8Array[]> {
    return (await this.#call(from, async ({ serveWitness }) => serveWitness?.(self))) ?? [];
  }

  /** A request and its answer, each over the link; lost ones fail when the caller would give up. */
  #call<T>(from: NodeId, ask: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const isLost = this.#random.uniform() < this.#quality.loss;
    return new Promise((resolve, reject) => {
      const fail = () => reject(new BallastError('BODY_NOT_SERVED', `${from}: no answer`));
      this.#scheduler.after(this.#delay() + (isLost ? FETCH_TIMEOUT_MS : 0), () => {
        const endpoint = this.#endpoints.get(from);
        if (isLost || endpoint === undefined) {
          fail();
          return;
        }
        ask(endpoint).then((answer) => {
          this.#scheduler.after(this.#delay(), () => resolve(answer));
        }, fail);
      });
    });
  }

  #delay(): number {
    const [least, most] = this.#quality.delayMs;
    return least + this.#random.uniform() * (most - least);
  }
}

const FETCH_TIMEOUT_MS = 1_000;
