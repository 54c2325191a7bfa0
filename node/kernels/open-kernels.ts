import { availableParallelism } from 'node:os';
import type { Kernels } from '../../aggregation/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import type { KernelOptions } from './options.ts';
import { splitKernels } from './split-kernels.ts';
import { Team } from './team.ts';
import { threadedKernels } from './threaded-kernels.ts';

/** Kernels that may have threads to end. */
export type OpenKernels = Kernels & { close(): Promise<void> };

const MOST_THREADS = 64;
const DEFAULT_MOST_THREADS = 8;

/** As many threads as the machine has cores, within reason. */
export const defaultThreads = (): number => Math.min(DEFAULT_MOST_THREADS, availableParallelism());

/**
 * The kernels of this machine: vector instructions, and several threads for what is large enough. The calling thread
 * stands still while a call is under way, so that a node uses them within a thread of their own
 * (`openAggregationWorker`). Threads start with the first large call, and keep no process alive.
 *
 * @throws UsageError `KERNEL_OPTION` for threads out of range.
 */
export function openKernels({ threads, kind = 'auto' }: KernelOptions = {}): OpenKernels {
  const count = threads ?? defaultThreads();
  if (!Number.isSafeInteger(count) || count < 1 || count > MOST_THREADS) {
    throw new UsageError('KERNEL_OPTION', `threads: got ${count}, expected 1 to ${MOST_THREADS}`, {
      metadata: { threads: count },
    });
  }
  const chosen = kind === 'plain' ? 'plain' : 'simd';
  const own = splitKernels(chosen);
  if (count === 1) return { ...own, close: async () => {} };
  const team = new Team({ kind: chosen, helpers: count - 1 });
  return { ...threadedKernels(own, team, { threads: count }), close: () => team.close() };
}
