import type { RandomBytes } from '../../protocol/random.ts';

/** Uniform in [0, 1) with 53 bits. */
export function uniform(random: RandomBytes): number {
  const bytes = random(8);
  const bits = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
  return Number(bits >> 11n) / 2 ** 53;
}
