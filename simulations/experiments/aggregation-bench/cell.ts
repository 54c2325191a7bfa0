import { type Kernels, plainKernels, type Rows } from '../../../aggregation/index.ts';
import { allocateRows, openKernels } from '../../../node/kernels/index.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { fillRows } from './rows.ts';
import { type Call, createCall, liarsAmong, type Subject } from './subjects.ts';

// One measurement in a process of its own, so that its peak memory is its own: `measureCell` forks it.

export type CellRequest = {
  readonly subject: Subject;
  readonly n: number;
  readonly d: number;
  readonly threads: number;
  /** Whether to measure the plain kernels too. */
  readonly plain: boolean;
};

export type CellReport =
  | {
      readonly seconds: number;
      /** Of the whole process, rows and all, before the plain kernels ran. */
      readonly peakBytes: number;
      readonly plainSeconds?: number;
      /** Whether both gave the same bits. */
      readonly sameBits?: boolean;
    }
  | { readonly refused: string };

/** Columns that the code is warmed up on: enough to start the threads too. */
const WARM_COLUMNS = 30_000;
const ENOUGH_SECONDS = 0.4;
const MOST_TIMES = 300;

/** The shortest of several calls; of one, where that takes long. */
function best(call: Call, rows: Rows, kernels: Kernels) {
  call.run(
    rows.map((row) => row.subarray(0, WARM_COLUMNS)),
    kernels,
  );
  let seconds = Number.POSITIVE_INFINITY;
  let spent = 0;
  let result: readonly Float64Array[] = [];
  for (let time = 0; time < MOST_TIMES && spent < ENOUGH_SECONDS; time++) {
    const began = performance.now();
    result = call.run(rows, kernels);
    const took = (performance.now() - began) / 1000;
    seconds = Math.min(seconds, took);
    spent += took;
  }
  return { seconds, result };
}

async function measure({ subject, n, d, threads, plain }: CellRequest): Promise<CellReport> {
  const kernels = openKernels({ threads });
  try {
    const call = createCall(subject, n, d);
    const rows = allocateRows(n, d);
    fillRows(rows, liarsAmong(n), 1);
    const fast = best(call, rows, kernels);
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    if (!plain) return { seconds: fast.seconds, peakBytes };
    const slow = best(call, rows, plainKernels);
    const sameBits = fast.result.every((vector, i) => {
      const other = slow.result[i];
      return other !== undefined && Buffer.compare(bytesOf(vector), bytesOf(other)) === 0;
    });
    return { seconds: fast.seconds, peakBytes, plainSeconds: slow.seconds, sameBits };
  } catch (error) {
    if (error instanceof BallastError) return { refused: error.code };
    throw error;
  } finally {
    await kernels.close();
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

process.once('message', async (request: CellRequest) => {
  const report = await measure(request);
  process.send?.(report, () => process.disconnect());
});
