import type { SplitKernels } from '../../aggregation/index.ts';
import { LANES, type PairGroup, pairCount, pairIndex } from '../../aggregation/kernels/squared-distances.ts';
import type { SortedWindow } from '../../aggregation/kernels/window-means.ts';

/** Columns that a chunk of column work has: neighbours, the last chunk the rest. */
type Columns = { readonly width: number };

/** What is computed; every output lies in shared memory, and each chunk writes to a place of its own. */
export type Task =
  /** One chunk a group: its pairs' partial sums, within those of all pairs. */
  | { readonly kind: 'squares'; readonly groups: readonly PairGroup[]; readonly sums: Float64Array }
  /** Outside counts: n for each chunk. */
  | (Columns & {
      readonly kind: 'window';
      readonly window: SortedWindow;
      readonly means: Float64Array;
      readonly outside: Float64Array;
    })
  | (Columns & { readonly kind: 'near'; readonly count: number; readonly means: Float64Array })
  | (Columns & {
      readonly kind: 'means';
      readonly lists: readonly (readonly number[])[];
      readonly means: readonly Float64Array[];
    });

/** Chunks of a task that any thread may take, whichever comes first. */
export type Job = {
  readonly task: Task;
  /** In shared memory. */
  readonly rows: readonly Float64Array[];
  readonly chunks: number;
  /** {@link NEXT}, {@link DONE}, {@link FAILED} and {@link STEPS}, shared. */
  readonly counters: Int32Array<SharedArrayBuffer>;
};

/** The next chunk that nobody has taken. */
export const NEXT = 0;
/** Chunks that are done. */
export const DONE = 1;
/** 1 where a thread gave up. */
export const FAILED = 2;
/** Grows while anybody is at work. */
export const STEPS = 3;

/** Columns between two signs of life. A multiple of the lanes of a distance. */
const STEP_COLUMNS = 1 << 15;

export function createJob(task: Task, rows: readonly Float64Array[]): Job {
  const d = rows[0]?.length ?? 0;
  const chunks = task.kind === 'squares' ? task.groups.length : Math.ceil(d / task.width);
  return { task, rows, chunks, counters: new Int32Array(new SharedArrayBuffer(16)) };
}

/** Takes chunks until none is left. @throws what a kernel throws, after the others were told. */
export function workAt({ task, rows, chunks, counters }: Job, kernels: SplitKernels): void {
  const step = () => void Atomics.add(counters, STEPS, 1);
  try {
    for (;;) {
      const chunk = Atomics.add(counters, NEXT, 1);
      if (chunk >= chunks) return;
      if (task.kind === 'squares') addSquares(task, rows, chunk, kernels, step);
      else computeColumns(task, rows, chunk, kernels);
      step();
      Atomics.add(counters, DONE, 1);
      Atomics.notify(counters, DONE);
    }
  } catch (error) {
    Atomics.store(counters, FAILED, 1);
    Atomics.notify(counters, DONE);
    throw error;
  }
}

function addSquares(
  { groups, sums }: Extract<Task, { kind: 'squares' }>,
  rows: readonly Float64Array[],
  chunk: number,
  kernels: SplitKernels,
  step: () => void,
): void {
  const n = rows.length;
  const d = rows[0]?.length ?? 0;
  const group = groups[chunk];
  if (group === undefined) return;
  const first = pairIndex(n, group.from, group.from + 1) * LANES;
  const own = sums.subarray(first, first + pairCount(n, group) * LANES);
  for (let start = 0; start < d; start += STEP_COLUMNS) {
    kernels.addGroupSquares(piecesOf(rows, start, start + STEP_COLUMNS), group, own);
    step();
  }
}

function computeColumns(
  task: Exclude<Task, { kind: 'squares' }>,
  rows: readonly Float64Array[],
  chunk: number,
  kernels: SplitKernels,
): void {
  const start = chunk * task.width;
  const pieces = piecesOf(rows, start, start + task.width);
  if (task.kind === 'window') {
    const { means, outside } = kernels.windowMeans(pieces, task.window);
    task.means.set(means, start);
    task.outside.set(outside, chunk * rows.length);
  } else if (task.kind === 'near') {
    task.means.set(kernels.meanNearMedian(pieces, task.count), start);
  } else {
    for (const [i, mean] of kernels.meansOf(pieces, task.lists).entries()) task.means[i]?.set(mean, start);
  }
}

/** The columns `start` … `end` − 1 of every row, by reference. */
export function piecesOf(rows: readonly Float64Array[], start: number, end: number): Float64Array[] {
  return rows.map((row) => row.subarray(start, end));
}
