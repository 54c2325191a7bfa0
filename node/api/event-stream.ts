import type { ServerResponse } from 'node:http';
import { ApiError } from './errors.ts';
import type { EventFeed } from './event-feed.ts';

const BATCH = 32;
const RETRY_MS = 3_000;

export type StreamLimits = {
  readonly subscribers: number;
  readonly heartbeatMs: number;
  readonly stallMs: number;
};

export type StreamObserver = {
  readonly onSubscribers?: (count: number) => void;
  /** A subscriber was closed since it took nothing. */
  readonly onDropped?: () => void;
};

type Subscriber = {
  readonly response: ServerResponse;
  position: number;
  /** Since when the socket takes nothing; undefined while it does. */
  blockedAt: number | undefined;
};

/**
 * Server-sent events (WHATWG HTML, section 9.2) out of a feed. A subscriber is a position in the feed: what its
 * socket does not take stays in the feed, not in a buffer, so that a slow reader holds one event at most. Who
 * falls behind the feed is told by an event `gap`; who takes nothing for `stallMs` is closed.
 */
export class EventStreams {
  readonly #feed: EventFeed;
  readonly #limits: StreamLimits;
  readonly #observer: StreamObserver;
  readonly #now: () => number;
  readonly #subscribers = new Set<Subscriber>();
  #heartbeat: NodeJS.Timeout | undefined;
  #unlisten: (() => void) | undefined;

  /** @param now milliseconds, monotonic. */
  constructor(feed: EventFeed, limits: StreamLimits, now: () => number, observer: StreamObserver = {}) {
    this.#feed = feed;
    this.#limits = limits;
    this.#now = now;
    this.#observer = observer;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** @throws ApiError `SUBSCRIBERS_FULL`. Asked before the response is begun. */
  requireRoom(): void {
    const { subscribers } = this.#limits;
    if (this.#subscribers.size < subscribers) return;
    throw new ApiError('SUBSCRIBERS_FULL', `${subscribers} streams are open, as many as this node serves`, {
      retryAfter: 30,
    });
  }

  /** @param lastId the last event that the client saw, or undefined for the events from now on. */
  open(response: ServerResponse, headers: Record<string, string>, lastId: string | undefined): void {
    const resumed = lastId === undefined ? undefined : this.#feed.positionAfter(lastId);
    const subscriber: Subscriber = {
      response,
      position: resumed?.position ?? this.#feed.end,
      blockedAt: undefined,
    };
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
    if (resumed?.isOtherRun) response.write(gap(null));
    response.on('drain', () => {
      subscriber.blockedAt = undefined;
      this.#pump(subscriber);
    });
    response.on('close', () => this.#remove(subscriber));
    // A socket that breaks closes; there is nobody to tell.
    response.on('error', () => undefined);
    this.#add(subscriber);
    this.#pump(subscriber);
  }

  /** Ends every stream. */
  close(): void {
    for (const { response } of this.#subscribers) response.end();
  }

  #add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
    this.#observer.onSubscribers?.(this.#subscribers.size);
    this.#unlisten ??= this.#feed.onAppend(() => {
      for (const each of this.#subscribers) this.#pump(each);
    });
    this.#heartbeat ??= setInterval(
      () => this.#beat(),
      Math.min(this.#limits.heartbeatMs, this.#limits.stallMs),
    );
    this.#heartbeat.unref();
  }

  #remove(subscriber: Subscriber): void {
    if (!this.#subscribers.delete(subscriber)) return;
    this.#observer.onSubscribers?.(this.#subscribers.size);
    if (this.#subscribers.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    this.#unlisten?.();
    this.#unlisten = undefined;
  }

  #pump(subscriber: Subscriber): void {
    while (subscriber.blockedAt === undefined && subscriber.position < this.#feed.end) {
      const { items, next, missed } = this.#feed.read(subscriber.position, BATCH);
      if (missed > 0) this.#write(subscriber, gap(missed));
      subscriber.position = next - items.length;
      for (const { id, kind, data } of items) {
        if (subscriber.blockedAt !== undefined) break;
        this.#write(subscriber, `id: ${id}\nevent: ${kind}\ndata: ${data}\n\n`);
        subscriber.position += 1;
      }
    }
  }

  #write(subscriber: Subscriber, text: string): void {
    if (!subscriber.response.write(text)) subscriber.blockedAt = this.#now();
  }

  #beat(): void {
    for (const subscriber of this.#subscribers) {
      const { response, blockedAt } = subscriber;
      if (blockedAt === undefined) this.#write(subscriber, ': beat\n\n');
      else if (this.#now() - blockedAt >= this.#limits.stallMs) {
        this.#observer.onDropped?.();
        response.destroy();
      }
    }
  }
}

/** @param missed how many events the feed no longer has; null where that cannot be said: the node began anew. */
const gap = (missed: number | null): string => `event: gap\ndata: ${JSON.stringify({ missed })}\n\n`;
