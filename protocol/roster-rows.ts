import * as z from 'zod';
import { type Digest, fromHex, toHex } from './digest.ts';
import { BallastError } from './errors.ts';
import { MAX_ROSTER } from './round-entry.ts';

/** An update by its node's place in the roster and the digest of its body. */
export type RosterRow = { readonly index: number; readonly digest: Digest };

/** A row: two bytes of the place, big-endian, and 32 of the digest. */
export const ROW_BYTES = 34;
const INDEX_BYTES = 2;

/**
 * Rows of a roster, ascending by place, each place once: 34 bytes each, where naming node and digest in text would
 * take 140. What 4,096 nodes sent fits into 140 KiB.
 */
export const rosterRows = z.custom<Uint8Array>(
  isRows,
  `expected at most ${MAX_ROSTER} rows of ${ROW_BYTES} bytes with ascending places`,
);

/**
 * @param rows in any order.
 * @throws BallastError `ROSTER_ROWS` for a place twice, or beyond the largest roster.
 */
export function packRows(rows: readonly RosterRow[]): Uint8Array {
  const sorted = [...rows].sort((a, b) => a.index - b.index);
  const packed = new Uint8Array(sorted.length * ROW_BYTES);
  const view = new DataView(packed.buffer);
  sorted.forEach(({ index, digest }, i) => {
    view.setUint16(i * ROW_BYTES, index);
    packed.set(fromHex(digest), i * ROW_BYTES + INDEX_BYTES);
  });
  if (
    !isRows(packed) ||
    sorted.some(({ index }) => !Number.isInteger(index) || index < 0 || index >= MAX_ROSTER)
  )
    throw new BallastError('ROSTER_ROWS', `rows: got a place twice, or beyond ${MAX_ROSTER - 1}`);
  return packed;
}

export function unpackRows(packed: Uint8Array): RosterRow[] {
  return Array.from({ length: packed.length / ROW_BYTES }, (_, row) => ({
    index: placeOf(packed, row),
    digest: toHex(digestBytesOf(packed, row)),
  }));
}

/** The 32 bytes of the digest that stands at a place; undefined where none does. */
export function rowOf(packed: Uint8Array, index: number): Uint8Array | undefined {
  for (let [low, high] = [0, packed.length / ROW_BYTES - 1]; low <= high; ) {
    const middle = (low + high) >>> 1;
    const place = placeOf(packed, middle);
    if (place === index) return digestBytesOf(packed, middle);
    if (place < index) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** Calls `visit` with each place and the 32 bytes of its digest, ascending. */
export function forEachRow(packed: Uint8Array, visit: (index: number, digest: Uint8Array) => void): void {
  for (let row = 0; row * ROW_BYTES < packed.length; row++)
    visit(placeOf(packed, row), digestBytesOf(packed, row));
}

function isRows(value: unknown): value is Uint8Array {
  if (!(value instanceof Uint8Array) || value.length % ROW_BYTES !== 0) return false;
  if (value.length > MAX_ROSTER * ROW_BYTES) return false;
  for (let row = 0, before = -1; row * ROW_BYTES < value.length; row++) {
    const place = placeOf(value, row);
    if (place <= before || place >= MAX_ROSTER) return false;
    before = place;
  }
  return true;
}

function placeOf(packed: Uint8Array, row: number): number {
  const at = row * ROW_BYTES;
  return ((packed[at] ?? 0) << 8) | (packed[at + 1] ?? 0);
}

function digestBytesOf(packed: Uint8Array, row: number): Uint8Array {
  return packed.subarray(row * ROW_BYTES + INDEX_BYTES, (row + 1) * ROW_BYTES);
}
