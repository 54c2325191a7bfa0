import type { VectorKernels } from './module.ts';

const PAGE_BYTES = 65_536;
const LINE_BYTES = 64;

/** Rows read together should stay in a core's second-level cache. */
const BLOCK_BYTES = 512 * 1024;

/** Columns that the vector kernels sort and add side by side. */
export const TILE_COLUMNS = 16;

/** Pieces of a module's memory, laid one after the other, each at the start of a cache line. */
export class Layout {
  #bytes = 0;

  /** @returns where the piece begins. */
  add(bytes: number): number {
    const at = this.#bytes;
    this.#bytes = Math.ceil((at + bytes) / LINE_BYTES) * LINE_BYTES;
    return at;
  }

  /** Makes the memory large enough. Views made before are void. */
  reserve({ memory }: VectorKernels): void {
    const missing = this.#bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  }
}

/** A block of columns of several rows. */
export type Block = {
  /** A multiple of {@link TILE_COLUMNS}. */
  readonly columns: number;
  /** Bytes from a row to the next: a line more than the columns need, so that rows do not share a place in cache. */
  readonly stride: number;
  readonly bytes: number;
};

/** As many columns of `rows` rows as the cache holds, at most `most` and those there are. */
export function blockOf(rows: number, d: number, most: number): Block {
  const fitting = Math.floor(BLOCK_BYTES / (rows * 8 * TILE_COLUMNS)) * TILE_COLUMNS;
  const all = Math.ceil(d / TILE_COLUMNS) * TILE_COLUMNS;
  const columns = Math.max(TILE_COLUMNS, Math.min(fitting, all, most));
  const stride = columns * 8 + LINE_BYTES;
  return { columns, stride, bytes: rows * stride };
}

/** Copies the columns `start` … `end` − 1 of the rows to `at`, 0 behind them up to the next whole tile. */
export function loadBlock(
  memory: Float64Array,
  at: number,
  { stride }: Block,
  rows: readonly Float64Array[],
  start: number,
  end: number,
): void {
  const width = end - start;
  const padded = Math.ceil(width / TILE_COLUMNS) * TILE_COLUMNS;
  for (let i = 0, to = at / 8; i < rows.length; i++, to += stride / 8) {
    memory.set(rows[i]!.subarray(start, end), to);
    if (padded > width) memory.fill(0, to + width, to + padded);
  }
}
