/** How long to wait before the next try. */
export type BackoffRule = {
  readonly firstMs: number;
  readonly longestMs: number;
  /** Tries in all, the first included. */
  readonly tries: number;
};

export const DEFAULT_BACKOFF: BackoffRule = { firstMs: 500, longestMs: 60_000, tries: 8 };

/**
 * Exponential with full jitter: uniform from 0 to the doubled wait, so that many clients of one failed venue do not come
 * back together (M. Brooker, "Exponential Backoff And Jitter", 2015).
 *
 * @param failures how many tries have failed, from 1.
 * @param random uniform in [0, 1).
 */
export function backoffMs(failures: number, rule: BackoffRule, random: () => number): number {
  return random() * Math.min(rule.longestMs, rule.firstMs * 2 ** (failures - 1));
}

/**
 * What a `Retry-After` asks for, in milliseconds from now: whole seconds or an HTTP date (RFC 9110, 10.2.3); undefined
 * for what is neither.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(header)) return undefined;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
