import { otlpRequest } from './otlp.ts';
import type { Attributes, Span } from './span.ts';

export type OtlpExporterOptions = {
  /** Of an OTLP/HTTP collector, such as `http://127.0.0.1:4318`; `/v1/traces` is added unless it is there. */
  readonly endpoint: string;
  readonly resource: Attributes;
  /** Hears of the first export that fails after one that did not. */
  readonly onFailure: (reason: string) => void;
  readonly intervalMs?: number;
  readonly maxQueue?: number;
  /** How long the last spans may take when the node stops. */
  readonly lastMs?: number;
};

const BATCH = 512;
const TIMEOUT_MS = 5_000;

/**
 * Sends spans to a collector now and then. What cannot be sent waits, up to a bound, the oldest going first; a
 * collector that is away never holds up the node.
 */
export class OtlpExporter {
  readonly #options: Required<OtlpExporterOptions>;
  readonly #url: string;
  readonly #timer: NodeJS.Timeout;
  readonly #closing = new AbortController();
  #queue: Span[] = [];
  #sending: Promise<void> | undefined;
  #isFailing = false;

  constructor({ intervalMs = 2_000, maxQueue = 4_096, lastMs = 1_000, ...options }: OtlpExporterOptions) {
    this.#options = { ...options, intervalMs, maxQueue, lastMs };
    const url = new URL(options.endpoint);
    if (!url.pathname.endsWith('/v1/traces')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
    this.#url = url.href;
    this.#timer = setInterval(() => void this.#send(this.#untilClosed()), intervalMs).unref();
  }

  add(span: Span): void {
    this.#queue.push(span);
    if (this.#queue.length > this.#options.maxQueue) this.#queue.shift();
  }

  /** Spans that wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Sends what waits, and ends. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const last = AbortSignal.timeout(this.#options.lastMs);
    // One that is under way may end, but a collector that does not answer is not waited for.
    last.addEventListener('abort', () => this.#closing.abort(), { once: true });
    await this.#sending;
    if (!last.aborted) await this.#send(last);
  }

  #untilClosed(): AbortSignal {
    return AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  }

  #send(signal: AbortSignal): Promise<void> {
    this.#sending ??= this.#sendAll(signal).finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #sendAll(signal: AbortSignal): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, BATCH);
      const reason = await this.#post(batch, signal);
      if (reason !== undefined) {
        if (!this.#isFailing) this.#options.onFailure(reason);
        this.#isFailing = true;
        return;
      }
      this.#isFailing = false;
      const sent = new Set(batch);
      this.#queue = this.#queue.filter((span) => !sent.has(span));
    }
  }

  /** @returns why it failed. */
  async #post(spans: readonly Span[], signal: AbortSignal): Promise<string | undefined> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: otlpRequest(spans, this.#options.resource),
        redirect: 'error',
        signal,
      });
      await response.body?.cancel();
      return response.ok ? undefined : `status ${response.status}`;
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'no connection';
    }
  }
}
