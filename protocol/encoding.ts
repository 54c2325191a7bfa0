import { Packr, Unpackr } from 'msgpackr';
import { DEFAULT_DECODE_LIMITS, type DecodeLimits, scan } from './encoding-scan.ts';
import { BallastError } from './errors.ts';

/** What the canonical encoding can carry. Numbers are finite; integers are safe integers. */
export type Encodable =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Encodable[]
  | { readonly [key: string]: Encodable };

const packr = new Packr({
  useRecords: false,
  variableMapSize: true,
  encodeUndefinedAsNil: false,
  useToJSON: false,
});
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

const MAX_ENCODE_DEPTH = 32;
const INT32_SPAN = 0x1_0000_0000;

/**
 * The one encoding of everything that is hashed or signed: MessagePack with keys in ascending order of their
 * UTF-8 bytes, every integer in its shortest form (beyond 32 bits int64, never uint64), other numbers as float64,
 * no NaN, infinity, negative zero, undefined or extension types. Equal values have equal bytes.
 *
 * @throws BallastError `ENCODING_VALUE` for a value that has no canonical form, naming where it stands.
 */
export function encodeCanonical(value: Encodable): Uint8Array {
  return new Uint8Array(packr.pack(canonicalise(value, '$', 0)));
}

/**
 * Reads what {@link encodeCanonical} wrote, and nothing else: any other encoding of the same value is refused,
 * so that a digest has one preimage. Byte, depth and item limits are checked before anything is allocated.
 *
 * @throws BallastError `DECODING_LIMIT`, `DECODING_MALFORMED` or `DECODING_NOT_CANONICAL`.
 */
export function decodeCanonical(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): Encodable {
  scan(bytes, { ...DEFAULT_DECODE_LIMITS, ...limits });
  let value: Encodable;
  try {
    value = ownBytes(unpackr.unpack(bytes));
  } catch (cause) {
    throw new BallastError('DECODING_MALFORMED', 'canonical encoding: the bytes do not decode', { cause });
  }
  requireCanonical(value, bytes);
  return value;
}

/**
 * Reads bytes that {@link decodeCanonical} has taken before, of which only a digest was kept, without checking
 * them again. Never for bytes that nobody has checked.
 */
export function decodeChecked(bytes: Uint8Array): Encodable {
  return ownBytes(unpackr.unpack(bytes));
}

function requireCanonical(value: Encodable, bytes: Uint8Array): void {
  let canonical: Uint8Array;
  try {
    canonical = encodeCanonical(value);
  } catch (cause) {
    const reason = cause instanceof BallastError ? cause.message : 'the value has no canonical form';
    throw new BallastError('DECODING_NOT_CANONICAL', `canonical encoding: ${reason}`, { cause });
  }
  if (!sameBytes(canonical, bytes)) {
    throw new BallastError(
      'DECODING_NOT_CANONICAL',
      'canonical encoding: got another encoding of the same value, expected sorted keys and shortest integers',
    );
  }
}

/** Whether two byte strings are equal. Not constant-time: for public values only. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function canonicalise(value: unknown, path: string, depth: number): unknown {
  if (depth > MAX_ENCODE_DEPTH) throw refusal(path, 'nesting deeper than 32');
  if (value === null || typeof value === 'boolean' || value instanceof Uint8Array) return value;
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw refusal(path, 'a string with a lone surrogate');
    return value;
  }
  if (typeof value === 'number') return canonicalNumber(value, path);
  // Array.from visits the holes of a sparse array, which map() would pass on as undefined.
  if (Array.isArray(value)) {
    return Array.from(value, (item, i) => canonicalise(item, `${path}[${i}]`, depth + 1));
  }
  if (typeof value === 'object' && isPlain(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => compareUtf8(a, b));
    return Object.fromEntries(
      entries.map(([key, item]) => {
        if (key === '__proto__' || isArrayIndex(key) || !key.isWellFormed())
          throw refusal(path, `the key ${JSON.stringify(key)}`);
        return [key, canonicalise(item, `${path}.${key}`, depth + 1)];
      }),
    );
  }
  throw refusal(path, value === undefined ? 'undefined' : `a ${typeof value}`);
}

function canonicalNumber(value: number, path: string): number | bigint {
  if (!Number.isFinite(value)) throw refusal(path, String(value));
  if (Object.is(value, -0)) return 0;
  if (!Number.isInteger(value)) return value;
  if (!Number.isSafeInteger(value)) throw refusal(path, `the unsafe integer ${value}`);
  const fitsInt32 = value >= -INT32_SPAN / 2 && value < INT32_SPAN;
  return fitsInt32 ? value : BigInt(value);
}

/** Copies byte fields out of the input buffer: a decoded message must not change when the buffer is reused. */
function ownBytes(value: unknown): Encodable {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(ownBytes);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, ownBytes(item)]));
  }
  return value as Encodable;
}

/** JavaScript moves integer-like keys to the front of an object, whatever order they were written in. */
function isArrayIndex(key: string): boolean {
  return /^(0|[1-9]\d*)$/.test(key);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The order of the UTF-8 bytes, read off the UTF-16 units: surrogates stand for what sorts after U+FFFF. */
function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

function utf8Rank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

function refusal(path: string, got: string): BallastError {
  return new BallastError(
    'ENCODING_VALUE',
    `${path}: got ${got}, expected a boolean, finite number, string, bytes, array or plain object`,
    { metadata: { path } },
  );
}
