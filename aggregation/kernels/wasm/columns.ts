import { sortingNetwork } from '../sorting-network.ts';
import type { SortedWindow, WindowMeans } from '../window-means.ts';
import { blockOf, Layout, loadBlock, TILE_COLUMNS } from './memory.ts';
import type { VectorKernels } from './module.ts';

const TILE_BYTES = TILE_COLUMNS * 8;
const MOST_COLUMNS = 4096;

/** `windowMeans` of the plain kernels, to the same bits. */
export function windowMeans(
  wasm: VectorKernels,
  rows: readonly Float64Array[],
  { from, to, trim }: SortedWindow,
): WindowMeans {
  const n = rows.length;
  const wanted = Array.from({ length: to - from }, (_, i) => from + i);
  const columns = layColumns(wasm, rows, [...wanted, trim, n - 1 - trim]);
  const { network, networkEnd, tile, at, meansAt, block, countsAt } = columns;
  const means = new Float64Array(rows[0]?.length ?? 0);
  const counts = columns.memory.subarray(countsAt / 8, countsAt / 8 + 2 * n).fill(0);
  eachBlock(columns, rows, means, (tiles) =>
    wasm.windowMeans(
      at,
      block.stride,
      n,
      tiles,
      network,
      networkEnd,
      tile,
      from,
      to,
      trim,
      meansAt,
      countsAt,
    ),
  );
  return { means, outside: Float64Array.from({ length: n }, (_, i) => counts[2 * i]! + counts[2 * i + 1]!) };
}

/** `meanNearMedian` of the plain kernels, to the same bits. */
export function meanNearMedian(
  wasm: VectorKernels,
  rows: readonly Float64Array[],
  count: number,
): Float64Array {
  const n = rows.length;
  // All of them: where the median leaves the range of float64, those at one end are kept.
  const columns = layColumns(wasm, rows, rows.keys());
  const { network, networkEnd, tile, at, meansAt, block } = columns;
  const means = new Float64Array(rows[0]?.length ?? 0);
  eachBlock(columns, rows, means, (tiles) =>
    wasm.meanNearMedian(at, block.stride, n, tiles, network, networkEnd, tile, count, meansAt),
  );
  return means;
}

function layColumns(wasm: VectorKernels, rows: readonly Float64Array[], wanted: Iterable<number>) {
  const n = rows.length;
  const pairs = sortingNetwork(n, wanted).map((position) => position * TILE_BYTES);
  const block = blockOf(n, rows[0]?.length ?? 0, MOST_COLUMNS);
  const layout = new Layout();
  const network = layout.add(pairs.byteLength);
  const tile = layout.add(n * TILE_BYTES);
  const countsAt = layout.add(2 * n * 8);
  const at = layout.add(block.bytes);
  const meansAt = layout.add(block.columns * 8);
  layout.reserve(wasm);
  new Uint32Array(wasm.memory.buffer).set(pairs, network / 4);
  const memory = new Float64Array(wasm.memory.buffer);
  return { memory, network, networkEnd: network + pairs.byteLength, tile, countsAt, at, meansAt, block };
}

/** Loads block after block, lets `work` fill the means of its tiles, and takes them away. */
function eachBlock(
  { memory, at, meansAt, block }: ReturnType<typeof layColumns>,
  rows: readonly Float64Array[],
  means: Float64Array,
  work: (tiles: number) => void,
): void {
  for (let start = 0; start < means.length; start += block.columns) {
    const end = Math.min(start + block.columns, means.length);
    loadBlock(memory, at, block, rows, start, end);
    work(Math.ceil((end - start) / TILE_COLUMNS));
    means.set(memory.subarray(meansAt / 8, meansAt / 8 + end - start), start);
  }
}
