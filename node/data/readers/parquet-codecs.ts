import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type Compressors, snappyUncompress } from 'hyparquet';

/**
 * How the pages of a Parquet file are decompressed: Snappy, gzip, Brotli and Zstandard. The size that a page claims is
 * its own word.
 *
 * @param most bytes of a page, uncompressed.
 */
export function decompressors(most: number): Compressors {
  const bounded =
    (decompress: (input: Uint8Array, size: number) => Uint8Array) => (input: Uint8Array, size: number) => {
      if (!(size >= 0 && size <= most))
        throw new RangeError(`a page of ${size} bytes, expected at most ${most}`);
      return decompress(input, size);
    };
  const zlib = (decompress: (input: Uint8Array, options: { maxOutputLength: number }) => Buffer) =>
    bounded((input, size) => decompress(input, { maxOutputLength: Math.max(1, size) }));
  return {
    SNAPPY: bounded((input, size) => {
      const output = new Uint8Array(size);
      snappyUncompress(input, output);
      return output;
    }),
    GZIP: zlib(gunzipSync),
    BROTLI: zlib(brotliDecompressSync),
    ZSTD: zlib(zstdDecompressSync),
  };
}
