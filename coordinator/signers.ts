import { BallastError } from '../protocol/errors.ts';
import { SIGNERS_BYTES } from '../protocol/round-entry.ts';

const LAST = SIGNERS_BYTES - 1;

/**
 * Positions as the bitmap that a certificate carries: a big-endian number in which bit i is position i, as on the
 * chain.
 *
 * @throws BallastError `SIGNERS_RANGE` for a position beyond the bitmap, or one that stands twice.
 */
export function bitmapOf(positions: readonly number[]): Uint8Array {
  const bitmap = new Uint8Array(SIGNERS_BYTES);
  for (const position of positions) {
    const isKnown = Number.isInteger(position) && position >= 0 && position < 8 * SIGNERS_BYTES;
    if (!isKnown || isSet(bitmap, position)) {
      throw new BallastError(
        'SIGNERS_RANGE',
        `signers: got ${positions.join(', ')}, expected distinct positions below ${8 * SIGNERS_BYTES}`,
      );
    }
    bitmap[LAST - (position >> 3)] = (bitmap[LAST - (position >> 3)] ?? 0) | (1 << (position & 7));
  }
  return bitmap;
}

/** The positions of a bitmap in ascending order; none for bytes of another length. */
export function positionsOf(bitmap: Uint8Array): number[] {
  if (bitmap.length !== SIGNERS_BYTES) return [];
  return Array.from({ length: 8 * SIGNERS_BYTES }, (_, position) => position).filter((position) =>
    isSet(bitmap, position),
  );
}

function isSet(bitmap: Uint8Array, position: number): boolean {
  return (((bitmap[LAST - (position >> 3)] ?? 0) >> (position & 7)) & 1) === 1;
}
