import { deflateRawSync } from 'node:zlib';
import { compressUpdate, encodeSparse, keptCount, packMessage, toIntegers } from '../../aggregation/index.ts';
import { createPrng } from '../../node/data/index.ts';
import { seededRandom } from '../world/random.ts';

const SHARES = [0.2, 0.1, 0.05, 0.01];
const SIZES = [57, 11363, 100_000];
const FLOAT32_BYTES = 4;
/** Clip norm and grid of the published training. */
const BOUND = 0.2663 * 2 ** 20;

/** Lines of a table: bytes of messages of normal and of heavy-tailed vectors, against float32, the entropy and deflate. */
export function compressedSizes(): string[] {
  const lines = ['       d   kept  values        bytes   ratio  entropy  deflated  cosine'];
  for (const size of SIZES) {
    for (const share of SHARES) {
      for (const values of ['normal', 'student'] as const) lines.push(line(size, share, values));
    }
  }
  return lines;
}

function line(size: number, share: number, values: 'normal' | 'student'): string {
  const prng = createPrng(size, Math.round(share * 1000));
  const raw = Float64Array.from({ length: size }, () =>
    values === 'normal' ? prng.normal() : prng.student(3),
  );
  const norm = Math.sqrt(dot(raw, raw));
  const vector = raw.map((value) => Math.trunc((value / norm) * BOUND));
  const k = keptCount(share, size);
  const { bytes } = seededRandom(`sizes/${size}/${share}`);
  const update = compressUpdate(vector, { k, bound: BOUND, randomBytes: bytes });
  const message = encodeSparse(update);
  const packed = packMessage(message, { pack: (content) => deflateRawSync(content, { level: 9 }) });
  const ratio = (length: number) => `${((FLOAT32_BYTES * size) / length).toFixed(1)}×`;
  return [
    String(size).padStart(8),
    `${100 * share} %`.padStart(5),
    values.padEnd(8),
    String(message.length).padStart(8),
    ratio(message.length).padStart(7),
    ratio((size * bitsOf(k / size)) / 8).padStart(7),
    ratio(packed.length).padStart(8),
    cosine(vector, Float64Array.from(toIntegers(update)))
      .toFixed(2)
      .padStart(6),
  ].join('  ');
}

/** H(p) + 8p: bits a coordinate of evenly drawn indices and int8 levels. */
function bitsOf(p: number): number {
  return 8 * p - p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
}

function cosine(a: Float64Array, b: Float64Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
