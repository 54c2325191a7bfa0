import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Kernels, plainKernels, plainSplitKernels, simdKernels } from '../../../aggregation/index.ts';
import { bytesOf } from '../../../aggregation/test/support.ts';
import { BallastError, UsageError } from '../../../protocol/errors.ts';
import { createPrng } from '../../data/index.ts';
import { allocateRows, openKernels } from '../index.ts';
import { createJob, NEXT } from '../job.ts';
import { Team } from '../team.ts';
import { pairGroups, threadedKernels } from '../threaded-kernels.ts';

const N = 11;
const D = 20_003;

function fill(rows: Float64Array[]): Float64Array[] {
  const prng = createPrng(8);
  for (const row of rows) for (let k = 0; k < row.length; k++) row[k] = Math.round(prng.normal() * 50) / 7;
  return rows;
}

function allBytes(kernels: Kernels, rows: readonly Float64Array[]): Record<string, string> {
  const { means, outside } = kernels.windowMeans(rows, { from: 3, to: N - 3, trim: 3 });
  const lists = [[0, 4, 2], [...rows.keys()]];
  return {
    distances: bytesOf(kernels.squaredDistances(rows).values),
    means: bytesOf(means),
    outside: bytesOf(outside),
    near: bytesOf(kernels.meanNearMedian(rows, N - 3)),
    meansOf: kernels.meansOf(rows, lists).map(bytesOf).join(),
  };
}

describe('open kernels', () => {
  const rows = fill(Array.from({ length: N }, () => new Float64Array(D)));
  const shared = fill(allocateRows(N, D));
  let wanted: Record<string, string>;
  before(() => {
    wanted = allBytes(plainKernels, rows);
  });

  for (const options of [
    { kind: 'simd', threads: 3 },
    { kind: 'plain', threads: 2 },
    { kind: 'auto', threads: 1 },
  ] as const) {
    it(`give the plain bits with ${options.kind} and ${options.threads} threads, from rows of either memory`, async () => {
      const kernels = openKernels(options);
      try {
        expect(allBytes(kernels, rows)).to.deep.equal(wanted);
        expect(allBytes(kernels, shared)).to.deep.equal(wanted);
      } finally {
        await kernels.close();
      }
    });
  }

  it('give them slab after slab, and again after the threads were ended', async () => {
    const team = new Team({ kind: 'simd', helpers: 1 });
    const kernels = threadedKernels(simdKernels(), team, { threads: 2, slabBytes: N * 8 * 5000 });
    for (let time = 0; time < 2; time++) {
      expect(allBytes(kernels, rows)).to.deep.equal(wanted);
      await team.close();
    }
  });

  it('say what they are, and refuse threads out of range', async () => {
    const kernels = openKernels({ threads: 2 });
    expect(kernels.name).to.equal('simd, 2 threads');
    await kernels.close();
    for (const threads of [0, 65, 1.5])
      expect(() => openKernels({ threads })).to.throw(UsageError, `${threads}`);
  });

  it('hand back vectors that share nothing', async () => {
    const kernels = openKernels({ threads: 2 });
    const [mean] = kernels.meansOf(shared, [[...shared.keys()]]);
    expect(mean?.buffer).to.be.instanceOf(ArrayBuffer);
    expect(kernels.windowMeans(shared, { from: 5, to: 6, trim: 5 }).means.buffer).to.be.instanceOf(
      ArrayBuffer,
    );
    await kernels.close();
  });

  /** A job of four chunks with a helper that takes one of them for certain. */
  const withHelper = async (thread: URL, code: string, patienceMs: number): Promise<void> => {
    const team = new Team({ kind: 'plain', helpers: 1, patienceMs, thread });
    const task = { kind: 'near', count: 5, width: Math.ceil(D / 4), means: new Float64Array(D) } as const;
    const job = createJob(task, shared);
    const never = new Int32Array(new SharedArrayBuffer(4));
    const patient = {
      ...plainSplitKernels,
      meanNearMedian: (rows: readonly Float64Array[], count: number) => {
        for (let i = 0; i < 2000 && Atomics.load(job.counters, NEXT) < 2; i++) Atomics.wait(never, 0, 0, 5);
        return plainSplitKernels.meanNearMedian(rows, count);
      },
    };
    try {
      expect(() => team.run(job, patient))
        .to.throw(BallastError)
        .with.property('code', code);
    } finally {
      await team.close();
    }
  };

  it('end in an error, not in a hang, when a thread dies with a chunk', () =>
    withHelper(new URL('./dying-thread.ts', import.meta.url), 'KERNEL_THREAD_DIED', 50));

  it('end in an error when a thread fails', () =>
    withHelper(new URL('./failing-thread.ts', import.meta.url), 'KERNEL_THREAD_FAILED', 10_000));

  it('give them again after a call that failed, whose threads may still be writing', async () => {
    const team = new Team({ kind: 'plain', helpers: 1 });
    let fails = true;
    const failing = {
      ...plainSplitKernels,
      meanNearMedian: (...given: Parameters<Kernels['meanNearMedian']>) => {
        if (fails) throw new RangeError('once');
        return plainSplitKernels.meanNearMedian(...given);
      },
    };
    const kernels = threadedKernels(failing, team, { threads: 2 });
    expect(() => kernels.meanNearMedian(shared, N - 3)).to.throw(RangeError, 'once');
    fails = false;
    expect(allBytes(kernels, shared)).to.deep.equal(wanted);
    await team.close();
  });

  it('keep no process alive', () => {
    const script = `
      import { allocateRows, openKernels } from '${fileURLToPath(new URL('../index.ts', import.meta.url))}';
      const rows = allocateRows(9, 30_000);
      console.log(openKernels({ threads: 2 }).squaredDistances(rows).values.length);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 15_000,
    });
    expect(output).to.equal('36\n');
  });

  it('divide all pairs into groups of even rows', () => {
    for (const n of [1, 2, 3, 7, 8, 50, 101]) {
      for (const count of [1, 2, 4, 16]) {
        const groups = pairGroups(n, count);
        expect(groups.length).to.be.at.most(count);
        let next = 0;
        for (const { from, to } of groups) {
          expect(from).to.equal(next);
          expect(from % 2).to.equal(0);
          expect(to % 2 === 0 || to === n).to.equal(true);
          next = to;
        }
        expect(next >= n - 1).to.equal(true);
      }
    }
  });
});
