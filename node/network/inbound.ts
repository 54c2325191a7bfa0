import { MessageError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { InboundQueue, type Pace, type QueueLimits } from './inbound-queue.ts';
import { EXCESS_PENALTY, HANDLING_TIMEOUT_MS, REJECT_PENALTY } from './limits.ts';
import type { PeerJudge } from './peer-judge.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { OnMessage, Refusal, Validate, Verdict } from './types.ts';

export type InboundOptions = {
  readonly maxMessageBytes: number;
  readonly queue: QueueLimits;
};

export type InboundCollaborators = {
  readonly judge: PeerJudge;
  readonly rate: RateLimiter;
  readonly pace: Pace;
  /** A fault of this node: a validator or handler that threw or hung. */
  readonly onError: (error: unknown, topic: string) => void;
};

type Subscription = { readonly validate: Validate; readonly onMessage: OnMessage };
/** What gossip is told. */
type Action = 'accept' | 'ignore' | 'reject';

const TIMED_OUT = Symbol('timed out');

/**
 * What happens to a gossip message between the wire and its handler: rate, size, queue, validator, delivery. It
 * always answers with an action and never throws.
 */
export class Inbound {
  readonly #options: InboundOptions;
  readonly #with: InboundCollaborators;
  readonly #queue: InboundQueue;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(options: InboundOptions, collaborators: InboundCollaborators) {
    this.#options = options;
    this.#with = collaborators;
    this.#queue = new InboundQueue(options.queue, collaborators.pace);
  }

  /** @returns false when the topic has a subscription already. */
  subscribe(topic: string, subscription: Subscription): boolean {
    if (this.#subscriptions.has(topic)) return false;
    this.#subscriptions.set(topic, subscription);
    return true;
  }

  unsubscribe(topic: string): void {
    this.#subscriptions.delete(topic);
  }

  /** Messages of a peer that wait to be judged. */
  waiting(peer: NodeId): number {
    return this.#queue.waiting(peer);
  }

  /** Drops what waits from one peer, or from all. */
  drop(peer?: NodeId): void {
    this.#queue.clear(peer);
  }

  /** @returns what gossip does with the message; resolves once it is judged, before its handler is done. */
  handle(topic: string, bytes: Uint8Array, from: NodeId): Promise<Action> {
    const { promise, resolve } = Promise.withResolvers<Action>();
    const refuse = (action: 'ignore' | 'reject', code: string, penalty = 0) =>
      resolve(this.#refuse({ peer: from, topic, action, code }, penalty));
    const subscription = this.#subscriptions.get(topic);
    if (!this.#with.rate.take(from)) refuse('ignore', 'RATE_EXCEEDED', EXCESS_PENALTY);
    else if (subscription === undefined) refuse('ignore', 'TOPIC_UNKNOWN');
    else if (bytes.length > this.#options.maxMessageBytes) {
      refuse('reject', 'MESSAGE_TOO_LARGE', REJECT_PENALTY);
    } else {
      const job = {
        bytes: bytes.length,
        run: () => this.#judge(subscription, topic, bytes, from, resolve),
        // Of a peer that was cut, or as the node stops: nobody judged it.
        drop: () => resolve('ignore'),
      };
      if (!this.#queue.push(from, job)) refuse('ignore', 'QUEUE_FULL');
    }
    return promise;
  }

  /**
   * Judges and delivers at once what comes past gossip and its queue, and is bounded where it comes from. Never
   * rejects; resolves when the handler is done.
   */
  async take(topic: string, bytes: Uint8Array, from: NodeId): Promise<void> {
    const subscription = this.#subscriptions.get(topic);
    if (subscription !== undefined) await this.#judge(subscription, topic, bytes, from, () => undefined);
  }

  async #judge(
    subscription: Subscription,
    topic: string,
    bytes: Uint8Array,
    from: NodeId,
    resolve: (action: Action) => void,
  ): Promise<void> {
    const verdict = await this.#validate(subscription, topic, bytes, from);
    if (verdict.action === 'accept') {
      resolve('accept');
      await this.#deliver(subscription, topic, bytes, from);
    } else if (verdict.action === 'defer') {
      resolve('ignore');
    } else {
      const penalty = verdict.action === 'reject' ? REJECT_PENALTY : 0;
      const { action, code = 'UNSPECIFIED' } = verdict;
      resolve(this.#refuse({ peer: from, topic, action, code }, penalty));
    }
  }

  async #validate(
    { validate }: Subscription,
    topic: string,
    bytes: Uint8Array,
    from: NodeId,
  ): Promise<Verdict> {
    try {
      const verdict = await withinTime(validate(bytes, from));
      if (verdict !== TIMED_OUT) return verdict;
      this.#report(new Error(`validator of ${topic} took over ${HANDLING_TIMEOUT_MS} ms`), topic);
      return { action: 'ignore', code: 'VALIDATOR_TIMEOUT' };
    } catch (error) {
      if (error instanceof MessageError) return { action: error.action, code: error.code };
      this.#report(error, topic);
      return { action: 'ignore', code: 'VALIDATOR_FAILED' };
    }
  }

  async #deliver({ onMessage }: Subscription, topic: string, bytes: Uint8Array, from: NodeId): Promise<void> {
    try {
      if ((await withinTime(onMessage(bytes, from))) === TIMED_OUT) {
        this.#report(new Error(`handler of ${topic} took over ${HANDLING_TIMEOUT_MS} ms`), topic);
      }
    } catch (error) {
      this.#report(error, topic);
    }
  }

  #refuse(refusal: Omit<Refusal, 'score'>, penalty: number): 'ignore' | 'reject' {
    this.#with.judge.refuse(refusal, penalty);
    return refusal.action;
  }

  #report(error: unknown, topic: string): void {
    try {
      this.#with.onError(error, topic);
    } catch {
      // A reporter that fails has nobody left to tell.
    }
  }
}

/** The value, or {@link TIMED_OUT} after {@link HANDLING_TIMEOUT_MS}; what is not a promise is never timed. */
async function withinTime<T>(value: T | Promise<T>): Promise<T | typeof TIMED_OUT> {
  if (!(value instanceof Promise)) return value;
  const { promise, resolve } = Promise.withResolvers<typeof TIMED_OUT>();
  const timer = setTimeout(resolve, HANDLING_TIMEOUT_MS, TIMED_OUT);
  try {
    return await Promise.race([value, promise]);
  } finally {
    clearTimeout(timer);
  }
}
