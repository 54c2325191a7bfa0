import type { Kernels, SplitKernels } from '../../aggregation/index.ts';
import {
  distancesOfSums,
  LANES,
  type PairGroup,
  pairCount,
} from '../../aggregation/kernels/squared-distances.ts';
import { createJob, piecesOf, type Task } from './job.ts';
import { areShared } from './shared-rows.ts';
import type { Team } from './team.ts';

/** Bytes of rows that are copied at a time, and of means that are collected at a time. */
const SLAB_BYTES = 64 * 1024 * 1024;

/** Below these, telling the others costs more than their help is worth: values sorted, and values of pairs. */
const LEAST_VALUES = 1 << 17;
const LEAST_PAIR_VALUES = 1 << 20;

/** From so many rows on, pairs are divided into two groups a thread, since threads are not equally fast. */
const MANY_ROWS = 128;
const COLUMN_CHUNKS_A_THREAD = 4;
const LEAST_COLUMNS = 256;
const MOST_COLUMNS = 1 << 16;

export type ThreadedOptions = {
  /** The caller's among them. */
  readonly threads: number;
  /** {@link SLAB_BYTES} where left out. */
  readonly slabBytes?: number;
};

/**
 * Kernels whose large calls a team shares: pairs are divided for distances, coordinates for everything else, so that
 * no sum is added in another order.
 *
 * Rows in shared memory are read where they lie; others are copied there 64 MiB at a time.
 */
export function threadedKernels(
  own: SplitKernels,
  team: Team,
  { threads, slabBytes = SLAB_BYTES }: ThreadedOptions,
): Kernels {
  /** Columns of n vectors that a slab holds: whole tiles of 16, and never none. */
  const slabColumns = (n: number): number => Math.max(16, Math.floor(slabBytes / (8 * n * 16)) * 16);
  const scratch = createScratch();

  const run = (task: Task, rows: readonly Float64Array[]): void => {
    try {
      team.run(createJob(task, rows), own);
    } catch (error) {
      // A thread that is being ended may still write: never where a later call reads.
      scratch.forget();
      throw error;
    }
  };

  /** Calls `work` with piece after piece of shared rows, `columns` at most where it says so. */
  const eachSlab = (
    rows: readonly Float64Array[],
    work: (slab: readonly Float64Array[], start: number) => void,
    columns = Number.POSITIVE_INFINITY,
  ): void => {
    const d = widthOf(rows);
    const inPlace = areShared(rows);
    const width = Math.min(columns, inPlace ? d : slabColumns(rows.length), d);
    const staged = inPlace ? [] : scratch.vectors('rows', rows.length, width);
    for (let start = 0; start < d; start += width) {
      const pieces = piecesOf(rows, start, Math.min(start + width, d));
      if (inPlace) work(pieces, start);
      else {
        const slab = piecesOf(staged, 0, widthOf(pieces));
        for (const [i, row] of slab.entries()) row.set(pieces[i] ?? []);
        work(slab, start);
      }
    }
  };

  return Object.freeze({
    name: `${own.name}, ${threads} threads`,
    squaredDistances: (rows: readonly Float64Array[]) => {
      const n = rows.length;
      const pairs = pairCount(n, { from: 0, to: n });
      if (pairs * widthOf(rows) < LEAST_PAIR_VALUES) return own.squaredDistances(rows);
      const sums = scratch.vector('sums', pairs * LANES).fill(0);
      // Each group reads all rows behind its first, which costs much where there are few pairs for each.
      const groups = pairGroups(n, n < MANY_ROWS ? threads : 2 * threads);
      eachSlab(rows, (slab) => run({ kind: 'squares', groups, sums }, slab));
      return distancesOfSums(n, sums);
    },
    windowMeans: (rows, window) => {
      const n = rows.length;
      if (n * widthOf(rows) < LEAST_VALUES) return own.windowMeans(rows, window);
      const means = new Float64Array(widthOf(rows));
      const outside = new Float64Array(n);
      eachSlab(rows, (slab, start) => {
        const width = chunkColumns(widthOf(slab), threads);
        const chunks = Math.ceil(widthOf(slab) / width);
        const found = scratch.vector('means', widthOf(slab));
        const counts = scratch.vector('counts', chunks * n);
        run({ kind: 'window', window, width, means: found, outside: counts }, slab);
        means.set(found, start);
        for (const [at, count] of counts.entries()) outside[at % n] = (outside[at % n] ?? 0) + count;
      });
      return { means, outside };
    },
    meanNearMedian: (rows, count) => {
      if (rows.length * widthOf(rows) < LEAST_VALUES) return own.meanNearMedian(rows, count);
      const means = new Float64Array(widthOf(rows));
      eachSlab(rows, (slab, start) => {
        const found = scratch.vector('means', widthOf(slab));
        run({ kind: 'near', count, width: chunkColumns(widthOf(slab), threads), means: found }, slab);
        means.set(found, start);
      });
      return means;
    },
    meansOf: (rows, lists) => {
      const d = widthOf(rows);
      const values = lists.reduce((sum, list) => sum + list.length, 0) * d;
      if (values < LEAST_VALUES) return own.meansOf(rows, lists);
      const means = lists.map(() => new Float64Array(d));
      const columns = slabColumns(lists.length);
      const found = scratch.vectors('means', lists.length, Math.min(columns, d));
      const take = (slab: readonly Float64Array[], start: number): void => {
        const pieces = piecesOf(found, 0, widthOf(slab));
        run({ kind: 'means', lists, width: chunkColumns(widthOf(slab), threads), means: pieces }, slab);
        for (const [i, mean] of means.entries()) mean.set(pieces[i] ?? [], start);
      };
      eachSlab(rows, take, columns);
      return means;
    },
  } satisfies Kernels);
}

function widthOf(rows: readonly Float64Array[]): number {
  return rows[0]?.length ?? 0;
}

function chunkColumns(d: number, threads: number): number {
  const even = Math.ceil(d / (threads * COLUMN_CHUNKS_A_THREAD * 16)) * 16;
  return Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, even));
}

/** At most `count` groups of about as many pairs each; the later ones have more rows i, whose pairs are fewer. */
export function pairGroups(n: number, count: number): PairGroup[] {
  const share = pairCount(n, { from: 0, to: n }) / count;
  const groups: PairGroup[] = [];
  for (let from = 0; from < n - 1; ) {
    let to = Math.min(from + 2, n);
    const isLast = groups.length === count - 1;
    while (to < n && (isLast || pairCount(n, { from, to: Math.min(to + 2, n) }) <= share)) {
      to = Math.min(to + 2, n);
    }
    groups.push({ from, to });
    from = to;
  }
  return groups;
}

/**
 * Blocks of shared memory that are used again and again, by name: threads would hold on to new ones, since shared memory
 * does not count towards a heap. They hold what was written last.
 */
function createScratch() {
  const blocks = new Map<string, SharedArrayBuffer>();
  const vectors = (name: string, count: number, length: number): Float64Array[] => {
    const bytes = count * length * 8;
    const known = blocks.get(name);
    const block = known !== undefined && known.byteLength >= bytes ? known : new SharedArrayBuffer(bytes);
    blocks.set(name, block);
    return Array.from({ length: count }, (_, i) => new Float64Array(block, i * length * 8, length));
  };
  return {
    vectors,
    forget: () => blocks.clear(),
    vector: (name: string, length: number): Float64Array => {
      const [only = new Float64Array()] = vectors(name, 1, length);
      return only;
    },
  };
}
