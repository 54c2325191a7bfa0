import { malformed } from './errors.ts';

/** Seven bits a byte, the lowest first, the high bit set on all but the last (LEB128). */
const MAX_BYTES = 5;

/** How many bytes a whole number from 0 to 2^32 − 1 takes. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

/** The bytes of a whole number from 0 to 2^32 − 1, one after the other. */
export function writeVarint(value: number, put: (byte: number) => void): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) put((rest % 0x80) | 0x80);
  put(rest);
}

/** @throws {CompressionError} COMPRESSED_MALFORMED for more than 32 bits, or a form that is not the shortest. */
export function readVarint(take: () => number): number {
  let value = 0;
  let unit = 1;
  for (let i = 0; i < MAX_BYTES; i++) {
    const byte = take();
    value += (byte & 0x7f) * unit;
    unit *= 0x80;
    if (byte >= 0x80) continue;
    if (value > 0xffff_ffff) break;
    if (byte === 0 && i > 0) throw malformed('got a whole number that is not in its shortest form');
    return value;
  }
  throw malformed('got a whole number beyond 32 bits');
}
