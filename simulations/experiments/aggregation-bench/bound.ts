import { Worker } from 'node:worker_threads';
import type { BoundReport, BoundSetup } from './bound-thread.ts';

/** What all threads together can do; see `bound.as`. */
export type Bound = BoundReport & { readonly threads: number };

/**
 * Measures the machine: f64x2 products and sums from the first-level cache, and copies that no cache holds, on as many
 * threads as the kernels use.
 */
export async function measureBound(threads: number): Promise<Bound> {
  const setup: BoundSetup = {
    start: new Int32Array(new SharedArrayBuffer(8)),
    threads,
    milliseconds: 200,
  };
  const reports = await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(new URL('./bound-thread.ts', import.meta.url), { workerData: setup });
      const { promise, resolve, reject } = Promise.withResolvers<BoundReport>();
      worker.once('message', resolve);
      worker.once('error', reject);
      return promise;
    }),
  );
  const total = (key: keyof BoundReport): number => reports.reduce((sum, report) => sum + report[key], 0);
  return { threads, flops: total('flops'), bytes: total('bytes') };
}

/** What a call must do at least. */
export type Work = { readonly flops: number; readonly bytes: number };

/** The share of the bound that a call of `work` reaches in `seconds`, and what binds it. */
export function shareOfBound(
  bound: Bound,
  work: Work,
  seconds: number,
): { readonly share: number; readonly binds: 'arithmetic' | 'memory' } {
  const arithmetic = work.flops / bound.flops;
  const memory = work.bytes / bound.bytes;
  return {
    share: Math.max(arithmetic, memory) / seconds,
    binds: arithmetic > memory ? 'arithmetic' : 'memory',
  };
}
