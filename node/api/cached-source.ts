import type { Certificate, Roll } from '../../coordinator/index.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import type { Digest } from '../../protocol/digest.ts';
import type { VersionReport } from './schemas/index.ts';
import type { ApiSource } from './source.ts';

const CACHED_ROUNDS = 512;
const CACHED_ROLL_ROWS = 32_768;
const CACHED_REPORTS = 64;
const CACHED_WEIGHT_BYTES = 16 * 1024 * 1024;
/** Parameters are read once in this time at most: many clients must not become many requests to the chain. */
const PARAMETERS_MS = 1_000;
/** How old the parameters in an answer may be: until then a slow chain makes nobody wait. */
const PARAMETERS_STALE_MS = 5_000;

/**
 * The same source at less cost: certificates, reports, weights and the rounds of versions never change, so they are
 * kept, within a bound; what the chain says is read once a second at most, whoever asks.
 *
 * @param now milliseconds, monotonic.
 */
export function cachedSource(source: ApiSource, now: () => number): ApiSource {
  return {
    ...source,
    certificate: keep<number, Certificate>(source.certificate, CACHED_ROUNDS),
    roll: keep<number, Roll>(source.roll, CACHED_ROLL_ROWS, (roll) => roll.length + 1),
    roundOf: keep<number, number>(source.roundOf, CACHED_ROUNDS),
    weights: keep<Digest, Uint8Array>(source.weights, CACHED_WEIGHT_BYTES, ({ byteLength }) => byteLength),
    report: keep<number, VersionReport>(source.report, CACHED_REPORTS),
    parameters: coalesce(source.parameters, now),
    breaker: coalesce(source.breaker, now),
    overrides: coalesce(source.overrides, now),
    decisions: coalesce(source.decisions, now),
    proposals: coalesce(source.proposals, now),
  };
}

/** What was found is kept; what is being looked for is not looked for twice. */
function keep<Key extends number | string, Value>(
  read: (key: Key) => Promise<Value | undefined>,
  capacity: number,
  sizeOf: (value: Value) => number = () => 1,
): (key: Key) => Promise<Value | undefined> {
  const kept = new BoundedCache<Value>(capacity);
  const pending = new Map<Key, Promise<Value | undefined>>();
  const find = async (key: Key): Promise<Value | undefined> => {
    try {
      // A read that throws at once has to fail later, when it is known as pending.
      const value = await Promise.resolve(key).then(read);
      if (value !== undefined) kept.set(String(key), value, sizeOf(value));
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

/**
 * One read in flight at a time. A value that is due to be read again is given while that goes on, until it is too
 * old. A failure is told to those who wait, and not kept.
 */
function coalesce<Value>(read: () => Promise<Value>, now: () => number): () => Promise<Value> {
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
    const age = latest === undefined ? Number.POSITIVE_INFINITY : now() - latest.at;
    if (latest !== undefined && age < PARAMETERS_MS) return latest.value;
    pending ??= refresh();
    if (latest === undefined || age >= PARAMETERS_STALE_MS) return pending;
    // Whoever finds it too old is told why it could not be read.
    pending.catch(() => undefined);
    return latest.value;
  };
}
