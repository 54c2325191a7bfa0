import type { Encodable } from '../encoding.ts';

/**
 * The canonical encoding a second time, straight from the MessagePack specification and without a library:
 * what the encoder must equal byte for byte. Integers beyond 32 bits are written as int64.
 */
export function referenceEncoding(value: Encodable): Uint8Array {
  return Uint8Array.from(encode(value));
}

function encode(value: Encodable): number[] {
  if (value === null) return [0xc0];
  if (typeof value === 'boolean') return [value ? 0xc3 : 0xc2];
  if (typeof value === 'number') return encodeNumber(value);
  if (typeof value === 'string') {
    const utf8 = [...new TextEncoder().encode(value)];
    const head =
      utf8.length < 32 ? [0xa0 + utf8.length] : header(utf8.length, [0xd9, 1], [0xda, 2], [0xdb, 4]);
    return [...head, ...utf8];
  }
  if (value instanceof Uint8Array) {
    return [...header(value.length, [0xc4, 1], [0xc5, 2], [0xc6, 4]), ...value];
  }
  if (isArray(value)) {
    const head = value.length < 16 ? [0x90 + value.length] : header(value.length, [0xdc, 2], [0xdd, 4]);
    return [...head, ...value.flatMap(encode)];
  }
  const entries = Object.entries(value)
    .map(([key, item]) => ({ utf8: encode(key), name: new TextEncoder().encode(key), item }))
    .sort((a, b) => compare(a.name, b.name));
  const head = entries.length < 16 ? [0x80 + entries.length] : header(entries.length, [0xde, 2], [0xdf, 4]);
  return [...head, ...entries.flatMap(({ utf8, item }) => [...utf8, ...encode(item)])];
}

function encodeNumber(n: number): number[] {
  if (!Number.isInteger(n)) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, n);
    return [0xcb, ...bytes];
  }
  if (n >= 0 && n < 2 ** 7) return [n];
  if (n < 0 && n >= -(2 ** 5)) return [256 + n];
  if (n >= 0 && n < 2 ** 32) return header(n, [0xcc, 1], [0xcd, 2], [0xce, 4]);
  const width = [1, 2, 4].find((w) => n < 0 && n >= -(2 ** (8 * w - 1))) ?? 8;
  const tag = { 1: 0xd0, 2: 0xd1, 4: 0xd2, 8: 0xd3 }[width] ?? 0;
  return [tag, ...bigEndian(BigInt.asUintN(8 * width, BigInt(n)), width)];
}

/** The first of `forms` (tag, bytes of the length) that `length` fits. */
function header(length: number, ...forms: readonly (readonly [tag: number, width: number])[]): number[] {
  const form = forms.find(([, width]) => length < 256 ** width);
  if (form === undefined) throw new Error(`no form for the length ${length}`);
  return [form[0], ...bigEndian(BigInt(length), form[1])];
}

function bigEndian(value: bigint, width: number): number[] {
  return Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * (width - 1 - i))) & 0xffn));
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const differs = a.findIndex((byte, i) => byte !== b[i]);
  return differs === -1 ? a.length - b.length : (a[differs] ?? 0) - (b[differs] ?? -1);
}

function isArray(value: Encodable): value is readonly Encodable[] {
  return Array.isArray(value);
}
