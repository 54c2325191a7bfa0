import type { Certificate } from '../../coordinator/index.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import type { VersionReport } from './schemas/index.ts';
import type { ApiSource } from './source.ts';

const CACHED_ROUNDS = 512;
const CACHED_REPORTS = 64;
/** How old the parameters in an answer may be: many clients must not become many requests to the chain. */
const PARAMETERS_MS = 1_000;

/**
 * The same source at less cost: certificates and reports never change, so they are kept, within a bound; parameters
 * are read once a second at most, whoever asks.
 *
 * @param now milliseconds, monotonic.
 */
export function cachedSource(source: ApiSource, now: () => number): ApiSource {
  return {
    ...source,
    certificate: keep<Certificate>(source.certificate, CACHED_ROUNDS),
    report: keep<VersionReport>(source.report, CACHED_REPORTS),
    parameters: coalesce(source.parameters, PARAMETERS_MS, now),
  };
}

/** What was found is kept; what is being looked for is not looked for twice. */
function keep<Value>(
  read: (key: number) => Promise<Value | undefined>,
  capacity: number,
): (key: number) => Promise<Value | undefined> {
  const kept = new BoundedCache<Value>(capacity);
  const pending = new Map<number, Promise<Value | undefined>>();
  const find = async (key: number): Promise<Value | undefined> => {
    try {
      // A read that throws at once has to fail later, when it is known as pending.
      const value = await Promise.resolve(key).then(read);
      if (value !== undefined) kept.set(String(key), value, 1);
      return value;
    } finally {
      pending.delete(key);
    }
  };
  return async (key) => {
    const known = kept.get(String(key));
    if (known !== undefined) return known;
    const looked = pending.get(key) ?? find(key);
    if (!pending.has(key)) pending.set(key, looked);
    return looked;
  };
}

/** One read in flight at a time, whose value is good for `ms`; a failure is told to those who wait, and not kept. */
function coalesce<Value>(read: () => Promise<Value>, ms: number, now: () => number): () => Promise<Value> {
  let latest: { readonly value: Value; readonly at: number } | undefined;
  let pending: Promise<Value> | undefined;
  const refresh = async (): Promise<Value> => {
    try {
      const value = await Promise.resolve().then(read);
      latest = { value, at: now() };
      return value;
    } finally {
      pending = undefined;
    }
  };
  return async () => {
    if (latest !== undefined && now() - latest.at < ms) return latest.value;
    pending ??= refresh();
    return pending;
  };
}
