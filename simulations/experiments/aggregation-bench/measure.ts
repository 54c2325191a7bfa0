import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CellReport, CellRequest } from './cell.ts';
import type { Subject } from './subjects.ts';

export type Cell = {
  readonly subject: Subject;
  readonly n: number;
  readonly d: number;
  readonly report: CellReport;
};

export type BenchOptions = {
  readonly threads: number;
  /** Whether to measure the plain kernels too, where they stay within the limit. */
  readonly plain: boolean;
  /** Seconds that a call may take, as foreseen from a smaller one. */
  readonly limit: number;
  /** Bytes that the rows may take. */
  readonly memory: number;
};

/** What a cell may take beside its calls: a process, and its rows. */
const START_SECONDS = 30;

/** Measures a cell in a fresh process, or says why not. */
async function measureCell(request: CellRequest, limit: number): Promise<CellReport> {
  const child = fork(fileURLToPath(new URL('./cell.ts', import.meta.url)), {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const { promise, resolve } = Promise.withResolvers<CellReport>();
  // A call and a warm-up for each of the two kinds of kernels, and those that are foreseen too short.
  const seconds = START_SECONDS + 4 * limit;
  const timer = setTimeout(() => {
    resolve({ refused: `stopped after ${seconds} s` });
    child.kill('SIGKILL');
  }, seconds * 1000);
  child.once('message', (report: CellReport) => resolve(report));
  child.once('exit', (code, signal) => resolve({ refused: `ended with ${signal ?? code}` }));
  child.send(request);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The seconds that a call will take, from the largest that was measured: in proportion to d, and to n². Undefined where
 * none was.
 */
export function foreseen(
  cells: readonly Cell[],
  n: number,
  d: number,
  of: 'seconds' | 'plainSeconds',
): number | undefined {
  const known = cells.flatMap((cell) => {
    const seconds = 'refused' in cell.report ? undefined : cell.report[of];
    return seconds === undefined ? [] : [{ ...cell, seconds }];
  });
  const nearest = known.sort((a, b) => b.n * b.d - a.n * a.d)[0];
  return nearest && (nearest.seconds * d * n * n) / (nearest.d * nearest.n * nearest.n);
}

/** All cells of a subject, small ones first. */
export async function measureSubject(
  subject: Subject,
  sizes: readonly { readonly n: number; readonly d: number }[],
  { threads, plain: isPlainWanted, limit, memory }: BenchOptions,
  told: (cell: Cell) => void,
): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const { n, d } of sizes) {
    const bytes = n * d * 8;
    const expected = foreseen(cells, n, d, 'seconds') ?? 0;
    const plain = isPlainWanted && (foreseen(cells, n, d, 'plainSeconds') ?? 0) <= limit;
    const stopped = cells.find(({ report }) => 'refused' in report && report.refused.startsWith('stopped'));
    let report: CellReport;
    if (bytes > memory) report = { refused: `rows of ${megabytes(bytes)}` };
    else if (expected > limit) report = { refused: `about ${expected.toPrecision(2)} s` };
    else if (stopped !== undefined && stopped.n <= n && stopped.d <= d) report = stopped.report;
    else report = await measureCell({ subject, n, d, threads, plain }, limit);
    const cell = { subject, n, d, report };
    cells.push(cell);
    told(cell);
  }
  return cells;
}

export function megabytes(bytes: number): string {
  return `${bytes < 1e6 ? (bytes / 1e6).toFixed(1) : Math.round(bytes / 1e6)} MB`;
}
