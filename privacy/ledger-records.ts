import { type Digest, digestOf, isDigest } from '../protocol/digest.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import { checkedEvent, isGaussianRelease, type ReleaseEvent } from './events.ts';
import type { LedgerTerms } from './policy.ts';

/** What all releases read: Gaussian sums, releases without noise, and heads. */
const FIRST_FORMAT = 1;
/** A debit of any other mechanism. */
const MECHANISM_FORMAT = 2;
const NEWEST_FORMAT = MECHANISM_FORMAT;
const DOMAIN = 'ballast/privacy-ledger/1';
const PREFIX = 'privacy-ledger/';

/** Every key of a ledger starts with one of these; nothing else may be kept under them. */
export const LEDGER_KEYS = {
  all: PREFIX,
  head: `${PREFIX}head`,
  debits: `${PREFIX}debit/`,
  bytes: `${PREFIX}bytes/`,
} as const;

export const debitKey = (sequence: number): string => LEDGER_KEYS.debits + padded(sequence);
export const bytesKey = (sequence: number): string => LEDGER_KEYS.bytes + padded(sequence);

/** Where a ledger stands. Kept elsewhere (in a published statement, say), it betrays a ledger set back. */
export type LedgerPosition = { readonly count: number; readonly checksum: Digest };

/**
 * One charge. `loss` is that of Gaussian sums, 0 for anything else, whose cost is no number of its own; `total` is the
 * sum of the losses up to and with it; `previous` chains it to the one before.
 */
export type Debit = {
  readonly sequence: number;
  readonly key: string;
  readonly event: ReleaseEvent;
  readonly bytesDigest: Digest;
  readonly loss: bigint;
  readonly total: bigint;
  readonly previous: Digest;
};

/** How far the ledger goes, so that a lost last record is noticed. */
export type Head = {
  readonly terms: LedgerTerms;
  readonly count: number;
  readonly total: bigint;
  readonly last: Digest;
};

/** `previous` of the first debit. */
export const LEDGER_ROOT: Digest = digestOf(DOMAIN, 'root');

/** What earlier releases of this library can read is written as they wrote it, so that nothing locks them out. */
export function encodeDebit(debit: Debit): { bytes: Uint8Array; checksum: Digest } {
  const { event } = debit;
  const isKnownOfOld = event.unit === 'none' || isGaussianRelease(event);
  return seal(debitBody(debit), isKnownOfOld ? FIRST_FORMAT : MECHANISM_FORMAT);
}

/** @throws BallastError `LEDGER_DAMAGED` or `LEDGER_FORMAT`. */
export function decodeDebit(bytes: Uint8Array, where: string): { debit: Debit; checksum: Digest } {
  const { body, checksum } = unseal(bytes, where);
  return { debit: readDebit(body, where), checksum };
}

/** What a debit's checksum is of. */
export function debitBody(debit: Debit): Encodable {
  return {
    sequence: debit.sequence,
    key: debit.key,
    event: debit.event as unknown as Encodable,
    bytesDigest: debit.bytesDigest,
    loss: debit.loss.toString(),
    total: debit.total.toString(),
    previous: debit.previous,
  };
}

/** @throws BallastError `LEDGER_DAMAGED`. */
export function readDebit(body: Encodable, where: string): Debit {
  if (!isMap(body)) throw damaged(where, 'no map');
  const { sequence, key, event, bytesDigest, previous } = body;
  if (!isCount(sequence) || typeof key !== 'string' || !isDigest(bytesDigest) || !isDigest(previous)) {
    throw damaged(where, 'a field of another type');
  }
  const loss = decimal(body.loss, where);
  const total = decimal(body.total, where);
  return { sequence, key, event: storedEvent(event, where), bytesDigest, loss, total, previous };
}

export function encodeHead(head: Head): Uint8Array {
  const { terms, count, total, last } = head;
  return seal({ terms, count, total: total.toString(), last }, FIRST_FORMAT).bytes;
}

/** @throws BallastError `LEDGER_DAMAGED` or `LEDGER_FORMAT`. */
export function decodeHead(bytes: Uint8Array): Head {
  const where = LEDGER_KEYS.head;
  const { terms, count, total, last } = unseal(bytes, where).body;
  if (!isCount(count) || !isDigest(last) || !isMap(terms)) throw damaged(where, 'a field of another type');
  return { terms: terms as LedgerTerms, count, total: decimal(total, where), last };
}

/** The one answer to a record that is lost, garbled or out of place. */
export function damaged(where: string, got: string): BallastError {
  return new BallastError(
    'LEDGER_DAMAGED',
    `privacy ledger: ${where}: got ${got}, expected an intact record`,
    {
      metadata: { where },
      hint: 'what was spent is unknown, so nothing more is released: restore the newest intact copy of the data folder',
    },
  );
}

/** The digest of what a record says: each debit names that of the one before. */
export function recordChecksum(body: Encodable): Digest {
  return digestOf(DOMAIN, body);
}

function seal(body: Encodable, format: number): { bytes: Uint8Array; checksum: Digest } {
  const checksum = recordChecksum(body);
  return { bytes: encodeCanonical({ format, body, checksum }), checksum };
}

type Fields = { readonly [key: string]: Encodable };

function unseal(bytes: Uint8Array, where: string): { body: Fields; checksum: Digest } {
  let record: Encodable;
  try {
    record = decodeCanonical(bytes);
  } catch (cause) {
    throw damaged(where, `bytes that do not decode (${cause instanceof Error ? cause.message : 'unknown'})`);
  }
  if (!isMap(record)) throw damaged(where, 'another value');
  const { format } = record;
  if (isCount(format) && format > NEWEST_FORMAT) {
    throw new BallastError(
      'LEDGER_FORMAT',
      `privacy ledger: ${where}: got format ${format}, expected at most ${NEWEST_FORMAT}`,
      { hint: 'this ledger was written by a newer version: run that one' },
    );
  }
  const { body, checksum } = record;
  if (!isCount(format) || format < FIRST_FORMAT) throw damaged(where, 'no format number');
  if (!isMap(body) || !isDigest(checksum) || recordChecksum(body) !== checksum) {
    throw damaged(where, 'a wrong checksum');
  }
  return { body, checksum };
}

function storedEvent(event: Encodable | undefined, where: string): ReleaseEvent {
  if (!isMap(event)) throw damaged(where, 'no event');
  try {
    return checkedEvent(event as unknown as ReleaseEvent);
  } catch {
    throw damaged(where, 'an event out of range');
  }
}

function decimal(value: Encodable | undefined, where: string): bigint {
  if (typeof value !== 'string' || !/^(0|[1-9]\d{0,199})$/.test(value))
    throw damaged(where, 'no decimal integer');
  return BigInt(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isMap(value: Encodable | undefined): value is Fields {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

function padded(sequence: number): string {
  return sequence.toString().padStart(12, '0');
}
