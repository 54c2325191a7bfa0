import { blockOf, Layout, loadBlock, TILE_COLUMNS } from './memory.ts';
import type { VectorKernels } from './module.ts';

const MOST_COLUMNS = 4096;

/** `meansOf` of the plain kernels, to the same bits. */
export function meansOf(
  wasm: VectorKernels,
  rows: readonly Float64Array[],
  lists: readonly (readonly number[])[],
): Float64Array[] {
  const d = rows[0]?.length ?? 0;
  const block = blockOf(rows.length + lists.length, d, MOST_COLUMNS);
  const places = Uint32Array.from(
    lists.flatMap((list) => [list.length, ...list.map((row) => row * block.stride)]),
  );
  const layout = new Layout();
  const listsAt = layout.add(places.byteLength);
  const rowsAt = layout.add(rows.length * block.stride);
  const meansAt = layout.add(lists.length * block.stride);
  layout.reserve(wasm);
  new Uint32Array(wasm.memory.buffer).set(places, listsAt / 4);
  const memory = new Float64Array(wasm.memory.buffer);

  const means = lists.map(() => new Float64Array(d));
  for (let start = 0; start < d; start += block.columns) {
    const end = Math.min(start + block.columns, d);
    loadBlock(memory, rowsAt, block, rows, start, end);
    const tiles = Math.ceil((end - start) / TILE_COLUMNS);
    wasm.meansOf(rowsAt, tiles, listsAt, listsAt + places.byteLength, meansAt, block.stride);
    for (const [i, mean] of means.entries()) {
      const from = (meansAt + i * block.stride) / 8;
      mean.set(memory.subarray(from, from + end - start), start);
    }
  }
  return means;
}
