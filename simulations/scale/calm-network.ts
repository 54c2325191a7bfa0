import type { Digest } from '../../protocol/digest.ts';
import { digestOfBytes } from '../../protocol/digest.ts';
import { openEnvelope, type Sealed } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { Topic } from '../../protocol/message-types.ts';
import type { Scheduler } from '../world/scheduler.ts';
import type { Traffic } from './traffic.ts';

/** A node as the network sees it. */
export type Peer = {
  /** Milliseconds from anybody to it. */
  readonly latencyMs: number;
  readonly hears: (topic: Topic) => boolean;
  readonly receive: (message: Sealed) => void;
  readonly serve: (digest: Digest, from: NodeId) => Promise<Uint8Array | undefined>;
};

/**
 * A network that loses nothing, for many nodes. Every message is opened once, however many get it; whatever is due at
 * one moment is delivered in one event, in the order in which it was sent.
 */
export class CalmNetwork {
  readonly #scheduler: Scheduler;
  readonly #traffic: Traffic;
  readonly #peers = new Map<NodeId, Peer>();
  /** Who hears a topic, by latency; made when it is first spoken on. */
  readonly #audiences = new Map<Topic, ReadonlyMap<number, readonly (readonly [NodeId, Peer])[]>>();
  /** What is due at a moment of virtual time. */
  readonly #due = new Map<number, (() => void)[]>();
  /** Bytes whose digest was computed: they are shared and never changed. */
  readonly #digests = new WeakMap<Uint8Array, Digest>();

  constructor(scheduler: Scheduler, traffic: Traffic) {
    this.#scheduler = scheduler;
    this.#traffic = traffic;
  }

  connect(node: NodeId, peer: Peer): void {
    this.#peers.set(node, peer);
    this.#audiences.clear();
  }

  broadcast(from: NodeId, topic: Topic, bytes: Uint8Array): void {
    const message = openEnvelope(bytes);
    const { type } = message.envelope;
    this.#traffic.sent(from, type, bytes.length);
    for (const [latencyMs, audience] of this.#audienceOf(topic)) {
      this.#after(latencyMs, () => {
        for (const [node, peer] of audience) {
          if (node === from) continue;
          this.#traffic.received(node, type, bytes.length);
          peer.receive(message);
        }
      });
    }
  }

  #audienceOf(topic: Topic): ReadonlyMap<number, readonly (readonly [NodeId, Peer])[]> {
    const known = this.#audiences.get(topic);
    if (known !== undefined) return known;
    const hearing = [...this.#peers].filter(([, { hears }]) => hears(topic));
    const audience = Map.groupBy(hearing, ([, { latencyMs }]) => latencyMs);
    this.#audiences.set(topic, audience);
    return audience;
  }

  /** A blob that matches its digest. */
  fetch(self: NodeId, from: NodeId, digest: Digest): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const [asker, peer] = [this.#peers.get(self), this.#peers.get(from)];
      const fail = () =>
        reject(new BallastError('BODY_NOT_SERVED', `blob ${digest.slice(0, 12)}: not served by ${from}`));
      if (asker === undefined || peer === undefined) {
        fail();
        return;
      }
      this.#after(peer.latencyMs, () => {
        peer.serve(digest, self).then((bytes) => {
          this.#after(asker.latencyMs, () => {
            if (bytes === undefined || this.#digestOf(bytes) !== digest) {
              fail();
              return;
            }
            this.#traffic.sent(from, 'body', bytes.length);
            this.#traffic.received(self, 'body', bytes.length);
            resolve(bytes);
          });
        }, reject);
      });
    });
  }

  #digestOf(bytes: Uint8Array): Digest {
    const known = this.#digests.get(bytes) ?? digestOfBytes(bytes);
    this.#digests.set(bytes, known);
    return known;
  }

  #after(ms: number, run: () => void): void {
    const at = this.#scheduler.now() + ms;
    const known = this.#due.get(at);
    if (known !== undefined) {
      known.push(run);
      return;
    }
    const due = [run];
    this.#due.set(at, due);
    this.#scheduler.after(ms, () => {
      this.#due.delete(at);
      for (const each of due) each();
    });
  }
}
