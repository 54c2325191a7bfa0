import type { Certificate, Roll } from '../../coordinator/index.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import type { Digest } from '../../protocol/digest.ts';
import { recent } from './recent.ts';
import type { VersionReport } from './schemas/index.ts';
import type { ApiSource } from './source.ts';

const CACHED_ROUNDS = 512;
const CACHED_ROLL_ROWS = 32_768;
const CACHED_REPORTS = 64;
const CACHED_WEIGHT_BYTES = 16 * 1024 * 1024;
/** What the chain says: many clients must not become many requests to it. */
const OF_THE_CHAIN = { freshMs: 1_000, staleMs: 5_000 };

/**
 * The same source at less cost: certificates, reports, weights and the rounds of versions never change, so they are
 * kept, within a bound; what the chain says is read once a second at most, whoever asks.
 *
 * @param now milliseconds, monotonic.
 */
export function cachedSource(source: ApiSource, now: () => number): ApiSource {
  const ofTheChain = <Value>(read: () => Promise<Value>) => recent(read, now, OF_THE_CHAIN);
  return {
    ...source,
    certificate: keep<number, Certificate>(source.certificate, CACHED_ROUNDS),
    roll: keep<number, Roll>(source.roll, CACHED_ROLL_ROWS, (roll) => roll.length + 1),
    roundOf: keep<number, number>(source.roundOf, CACHED_ROUNDS),
    weights: keep<Digest, Uint8Array>(source.weights, CACHED_WEIGHT_BYTES, ({ byteLength }) => byteLength),
    report: keep<number, VersionReport>(source.report, CACHED_REPORTS),
    parameters: ofTheChain(source.parameters),
    breaker: ofTheChain(source.breaker),
    overrides: ofTheChain(source.overrides),
    decisions: ofTheChain(source.decisions),
    proposals: ofTheChain(source.proposals),
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
