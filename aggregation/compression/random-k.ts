import { type Digest, domainHash, fromHex, isDigest } from '../../protocol/digest.ts';
import { CompressionError, requireWhole } from './errors.ts';

const WORDS_PER_HASH = 8;

/**
 * k of `size` coordinates that follow from a round's beacon: the same for everybody, so that no index travels and
 * masked sums stay sparse (Konečný et al. 2016, "Federated learning: strategies for improving communication
 * efficiency", section 3, random mask).
 *
 * The first k places of a Fisher–Yates shuffle of 0 … size − 1. Its words are the big-endian uint32 of
 * SHA-256 blocks under the domain `ballast/random-k/1` of seed and a block counter; words that would make the choice
 * uneven are passed over.
 *
 * @param seed fixed before any update was.
 * @returns k ascending indices.
 * @throws {CompressionError} COMPRESSION_OPTION unless 0 ≤ k ≤ size < 2^31 and the seed is a digest.
 */
export function randomK(size: number, k: number, seed: Digest): Int32Array {
  requireWhole('size', size, 0, 0x7fff_ffff);
  requireWhole('k', k, 0, size);
  if (!isDigest(seed)) {
    throw new CompressionError('COMPRESSION_OPTION', `seed: got ${seed}, expected 64 hexadecimal digits`);
  }
  const below = words(seed);
  const order = new Int32Array(size);
  for (let i = 0; i < size; i++) order[i] = i;
  for (let i = 0; i < k; i++) {
    const j = i + below(size - i);
    const chosen = order[j]!;
    order[j] = order[i]!;
    order[i] = chosen;
  }
  return order.slice(0, k).sort();
}

/** The coordinates at `indices`, in their order. */
export function gather(vector: ArrayLike<number>, indices: Int32Array): Float64Array {
  return Float64Array.from(indices, (index) => vector[index]!);
}

/**
 * A vector of `size` that holds `values` at `indices` and 0 elsewhere.
 *
 * @param scaling `plain` for use with error feedback; `unbiased` multiplies by size ÷ k (each value · size ÷ k, in that
 *   order), so that over random indices the expectation is the whole vector, at size ÷ k times the norm.
 */
export function scatter(
  values: Float64Array,
  indices: Int32Array,
  size: number,
  scaling: 'plain' | 'unbiased' = 'plain',
): Float64Array {
  const vector = new Float64Array(size);
  for (let i = 0; i < indices.length; i++) {
    vector[indices[i]!] = scaling === 'plain' ? values[i]! : (values[i]! * size) / indices.length;
  }
  return vector;
}

/** Uniform whole numbers below n, by rejection. */
function words(seed: Digest): (n: number) => number {
  const key = fromHex(seed);
  const counter = new Uint8Array(4);
  const view = new DataView(counter.buffer);
  let block: DataView = new DataView(new ArrayBuffer(0));
  let used = WORDS_PER_HASH;
  let blocks = 0;
  const next = (): number => {
    if (used === WORDS_PER_HASH) {
      view.setUint32(0, blocks++);
      block = new DataView(domainHash('ballast/random-k/1', key, counter).buffer);
      used = 0;
    }
    return block.getUint32(4 * used++);
  };
  return (n) => {
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const word = next();
      if (word < limit) return word % n;
    }
  };
}
