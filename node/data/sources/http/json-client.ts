import { BallastError } from '../../../../protocol/errors.ts';
import type { SourceCollaborators } from '../data-source.ts';
import { shown } from '../wire.ts';
import { type BackoffRule, backoffMs, DEFAULT_BACKOFF, retryAfterMs } from './backoff.ts';
import { originOf } from './origin.ts';
import { type RateRule, TokenBucket } from './token-bucket.ts';

export type JsonClientOptions = {
  /** Names the venue in errors. */
  readonly name: string;
  readonly origin: string;
  readonly rate: RateRule;
  readonly backoff?: BackoffRule;
  /** Bytes of one answer; 8 MiB unless given. */
  readonly maxBytes?: number;
  /** One try, from the question to the last byte; 20 s unless given. */
  readonly timeoutMs?: number;
  /** The longest `Retry-After` that is waited for; 10 minutes unless given. */
  readonly longestPauseMs?: number;
};

/** What an answer of status 200 turns out to be, where a venue puts its errors there. */
export type AnswerVerdict =
  | { readonly kind: 'throttled' | 'busy' }
  | { readonly kind: 'refused'; readonly reason: string };

const DEFAULTS = { maxBytes: 8 * 2 ** 20, timeoutMs: 20_000, longestPauseMs: 600_000 };
/** Bytes of a refusal that are read. */
const REFUSAL_BYTES = 64 * 2 ** 10;

type Attempt =
  | { readonly kind: 'answer'; readonly value: unknown }
  | {
      readonly kind: 'again';
      readonly throttled: boolean;
      readonly reason: string;
      readonly waitMs?: number | undefined;
      readonly cause?: unknown;
    };

/**
 * Asks one venue for JSON, within its rate, its answers within limits. Silence, 5xx, 429 and 418 are tried again after
 * a jittered, growing wait, or after the one that the venue asks for. Redirects are not followed.
 */
export class JsonClient {
  readonly #options: Required<JsonClientOptions>;
  readonly #origin: string;
  readonly #bucket: TokenBucket;
  readonly #world: SourceCollaborators;

  constructor(options: JsonClientOptions, world: SourceCollaborators) {
    this.#options = { ...DEFAULTS, backoff: DEFAULT_BACKOFF, ...options };
    this.#origin = originOf(options.origin, 'https:');
    this.#bucket = new TokenBucket(options.rate, world.clock);
    this.#world = world;
  }

  /**
   * @param path with its query.
   * @param cost units of the venue's rate.
   * @throws BallastError `SOURCE_REFUSED` for a 4xx or a refusal in the answer; `SOURCE_THROTTLED` where the venue asks
   *   for too long a pause, or never stops; `SOURCE_UNREACHABLE` after all tries; `SOURCE_ANSWER` for what is no JSON
   *   or too large; the signal's reason.
   */
  async get(
    path: string,
    cost: number,
    signal: AbortSignal,
    judge: (value: unknown) => AnswerVerdict | undefined = () => undefined,
  ): Promise<unknown> {
    const { name, backoff, longestPauseMs } = this.#options;
    const { clock, random } = this.#world;
    for (let failures = 1; ; failures++) {
      await this.#bucket.take(cost, signal);
      const attempt = await this.#try(path, signal, judge);
      if (attempt.kind === 'answer') return attempt.value;
      const { throttled, reason, waitMs, cause } = attempt;
      if (throttled) this.#bucket.drain();
      if (failures >= backoff.tries || (waitMs ?? 0) > longestPauseMs) {
        throw new BallastError(
          throttled ? 'SOURCE_THROTTLED' : 'SOURCE_UNREACHABLE',
          `${name}: got ${reason} at try ${failures}, expected an answer`,
          {
            metadata: { name, failures, reason, ...(waitMs === undefined ? {} : { waitMs }) },
            hint: throttled ? 'wait, then go on: what is fetched stays' : 'check the connection, then go on',
            cause,
          },
        );
      }
      await clock.sleep(waitMs ?? backoffMs(failures, backoff, random), signal);
    }
  }

  async #try(
    path: string,
    signal: AbortSignal,
    judge: (value: unknown) => AnswerVerdict | undefined,
  ): Promise<Attempt> {
    const { name, timeoutMs, maxBytes } = this.#options;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const response = await fetch(`${this.#origin}${path}`, {
        signal: limited,
        redirect: 'error',
        headers: { accept: 'application/json' },
      });
      const { status } = response;
      if (status === 429 || status === 418 || status >= 500) {
        await response.body?.cancel();
        const waitMs = retryAfterMs(response.headers.get('retry-after'), this.#world.clock.now());
        return { kind: 'again', throttled: status < 500, reason: `status ${status}`, waitMs };
      }
      if (status !== 200) {
        const text = new TextDecoder().decode(await bytesOf(response, REFUSAL_BYTES, name));
        throw refused(name, `status ${status}: ${shown(text)}`);
      }
      const value = parse(await bytesOf(response, maxBytes, name), name);
      const verdict = judge(value);
      if (verdict === undefined) return { kind: 'answer', value };
      if (verdict.kind === 'refused') throw refused(name, shown(verdict.reason));
      return {
        kind: 'again',
        throttled: verdict.kind === 'throttled',
        reason: `an answer of "${verdict.kind}"`,
      };
    } catch (cause) {
      if (cause instanceof BallastError) throw cause;
      signal.throwIfAborted();
      const reason = limited.aborted ? `no answer within ${timeoutMs} ms` : 'no connection';
      return { kind: 'again', throttled: false, reason, cause };
    }
  }
}

async function bytesOf(response: Response, maxBytes: number, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of response.body ?? []) {
    read += chunk.length;
    if (read > maxBytes) {
      throw new BallastError(
        'SOURCE_ANSWER',
        `${name}: got more than ${maxBytes} bytes, expected at most that many`,
        {
          metadata: { name, maxBytes },
        },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new BallastError('SOURCE_ANSWER', `${name}: got an answer that is no JSON, expected JSON`, {
      metadata: { name, bytes: bytes.length },
      cause,
    });
  }
}

const refused = (name: string, reason: string): BallastError =>
  new BallastError('SOURCE_REFUSED', `${name}: got ${reason}, expected an answer`, {
    metadata: { name, reason },
    hint: 'check the symbol and the period',
  });
