import type { BitReader, BitWriter } from './bits.ts';
import { malformed } from './errors.ts';
import { readVarint, varintLength, writeVarint } from './varint.ts';

/**
 * How a message says which coordinates it holds: the low four bits of its first byte.
 *
 * - `dense`: all of them;
 * - `bitmap`: a bit for each of the d;
 * - `varint`: the gaps between them, seven bits a byte;
 * - `shared`: they follow from a seed, see `randomK`;
 * - 4 + b: the gaps in the Rice code of parameter b = 0 … 11, ⌊gap ÷ 2^b⌋ ones, a zero and b bits (Rice and Plaunt
 *   1971), within 4 % of the entropy of evenly drawn indices.
 *
 * The gap before an index is the number of coordinates skipped since the one before it.
 */
export const CODING = { dense: 0, bitmap: 1, varint: 2, shared: 3, rice: 4 } as const;

const RICE_PARAMETERS = 12;

/** The coding that takes the fewest bits for indices and levels together; of equal ones the lower number. */
export function smallestCoding(
  size: number,
  indices: Int32Array,
): { readonly coding: number; readonly indexBits: number } {
  const costs = indexCosts(size, indices);
  const levelBits = 8 * indices.length;
  let best = { coding: CODING.dense as number, indexBits: 0 };
  let least = 8 * size;
  for (const { coding, bits } of costs) {
    if (bits + levelBits >= least) continue;
    least = bits + levelBits;
    best = { coding, indexBits: bits };
  }
  return best;
}

/** Bits that each coding takes for the indices alone, by ascending number. */
export function indexCosts(size: number, indices: Int32Array): { coding: number; bits: number }[] {
  let varint = 0;
  const rice = new Float64Array(RICE_PARAMETERS);
  eachGap(indices, (gap) => {
    varint += 8 * varintLength(gap);
    for (let b = 0; b < RICE_PARAMETERS; b++) rice[b]! += b + 1 + (gap >>> b);
  });
  return [
    { coding: CODING.bitmap, bits: size },
    { coding: CODING.varint, bits: varint },
    ...Array.from(rice, (bits, b) => ({ coding: CODING.rice + b, bits })),
  ];
}

/** Writes ascending indices; nothing for `dense` and `shared`. */
export function writeIndices(writer: BitWriter, coding: number, size: number, indices: Int32Array): void {
  if (coding === CODING.bitmap) {
    for (let i = 0, at = 0; i < size; i++) {
      const held = indices[at] === i;
      writer.write(held ? 1 : 0, 1);
      if (held) at++;
    }
  } else if (coding === CODING.varint) {
    eachGap(indices, (gap) => writeVarint(gap, (byte) => writer.write(byte, 8)));
  } else if (coding >= CODING.rice) {
    const b = coding - CODING.rice;
    eachGap(indices, (gap) => {
      writer.writeUnary(gap >>> b);
      writer.write(gap, b);
    });
  }
}

/**
 * Reads `count` ascending indices below `size` in the codings that write any.
 *
 * @param count at most the bits that are left, so that nothing larger than the message is allocated.
 * @throws {CompressionError} COMPRESSED_MALFORMED.
 */
export function readIndices(reader: BitReader, coding: number, size: number, count: number): Int32Array {
  const indices = new Int32Array(count);
  if (coding === CODING.bitmap) {
    let at = 0;
    for (let i = 0; i < size; i++) {
      if (reader.read(1) === 0) continue;
      if (at === count) throw malformed(`got more than ${count} bits set, expected ${count}`);
      indices[at++] = i;
    }
    if (at < count) throw malformed(`got ${at} bits set, expected ${count}`);
    return indices;
  }
  const b = coding - CODING.rice;
  let next = 0;
  for (let i = 0; i < count; i++) {
    const gap =
      coding === CODING.varint
        ? readVarint(() => reader.read(8))
        : reader.readUnary() * 2 ** b + reader.read(b);
    const index = next + gap;
    if (index >= size) throw malformed(`got index ${index}, expected one below ${size}`);
    indices[i] = index;
    next = index + 1;
  }
  return indices;
}

function eachGap(indices: Int32Array, take: (gap: number) => void): void {
  let next = 0;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    take(index - next);
    next = index + 1;
  }
}
