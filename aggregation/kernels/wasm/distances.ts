import { LANES, type PairGroup, pairIndex } from '../squared-distances.ts';
import { blockOf, Layout, loadBlock } from './memory.ts';
import type { VectorKernels } from './module.ts';

/** Four rows of a block should stay in the first-level cache. */
const MOST_COLUMNS = 768;

/** Numbers that the sums of a call may take in the module's memory. */
const MOST_SUMS = 1 << 21;

/**
 * `addGroupSquares` of the plain kernels, to the same bits.
 *
 * @param group begins at an even row and ends at an even one or the last.
 */
export function addGroupSquares(
  wasm: VectorKernels,
  rows: readonly Float64Array[],
  group: PairGroup,
  sums: Float64Array,
): void {
  const n = rows.length;
  const first = pairIndex(n, group.from, group.from + 1);
  for (let from = group.from; from < group.to; ) {
    let to = from;
    let length = 0;
    do {
      length += blockSums(n, to);
      to += 2;
    } while (to < group.to && length < MOST_SUMS);
    const part = { from, to: Math.min(to, group.to) };
    const offset = (pairIndex(n, from, from + 1) - first) * LANES;
    addPart(wasm, rows, part, length, sums.subarray(offset));
    from = to;
  }
}

function addPart(
  wasm: VectorKernels,
  rows: readonly Float64Array[],
  { from, to }: PairGroup,
  length: number,
  sums: Float64Array,
): void {
  const d = rows[0]?.length ?? 0;
  // Earlier rows are in no pair of the group. A row of zeros makes the number even; its pairs are not read.
  const used = rows.slice(from);
  const n = used.length + (used.length % 2);
  const block = blockOf(n, d, MOST_COLUMNS);
  const layout = new Layout();
  const sumsAt = layout.add(length * 8);
  const rowsAt = layout.add(block.bytes);
  layout.reserve(wasm);
  const memory = new Float64Array(wasm.memory.buffer);
  if (n > used.length) memory.fill(0, (rowsAt + (n - 1) * block.stride) / 8, (rowsAt + n * block.stride) / 8);

  const places = sumPlaces(used.length, to - from);
  for (const [pair, place] of places.entries()) {
    for (let lane = 0; lane < LANES; lane++) memory[sumsAt / 8 + place + lane] = sums[pair * LANES + lane]!;
  }
  for (let start = 0; start < d; start += block.columns) {
    const end = Math.min(start + block.columns, d);
    loadBlock(memory, rowsAt, block, used, start, end);
    const bytes = Math.ceil((end - start) / LANES) * LANES * 8;
    wasm.addSquares(rowsAt, block.stride, bytes, n, 0, to - from, sumsAt);
  }
  for (const [pair, place] of places.entries()) {
    for (let lane = 0; lane < LANES; lane++) sums[pair * LANES + lane] = memory[sumsAt / 8 + place + lane]!;
  }
}

/** Numbers that the sums of rows i and i + 1 against the later ones take: one diagonal pair, then blocks of four. */
function blockSums(n: number, i: number): number {
  const laterBlocks = Math.ceil((n - i - 2) / 2);
  return LANES + Math.max(0, laterBlocks) * 4 * LANES;
}

/** For each pair, by ascending i < `count`, then j, where its four sums stand among those of the blocks. */
function sumPlaces(n: number, count: number): Uint32Array {
  const places = new Uint32Array(pairIndex(n, count, count + 1));
  let pair = 0;
  let blocks = 0;
  for (let i = 0; i < count; i += 2) {
    for (const row of [i, i + 1]) {
      if (row >= count) break;
      for (let j = row + 1; j < n; j++) {
        const later = j - i - 2;
        places[pair++] =
          later < 0 ? blocks : blocks + LANES + ((later >> 1) * 4 + (row - i) * 2 + (later & 1)) * LANES;
      }
    }
    blocks += blockSums(n, i);
  }
  return places;
}
