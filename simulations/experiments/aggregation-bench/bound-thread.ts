import { parentPort, workerData } from 'node:worker_threads';
import { instantiate, type Memory } from '../../../aggregation/kernels/wasm/module.ts';
import { boundWasm } from './generated/bound.ts';

// A thread of `measureBound`: it works for a stated time at the same moment as the others.

/** Six vectors that stay in the first-level cache together, in places of their own; each of two meets each of four. */
const VECTOR_BYTES = 528;
const PRODUCTS = 8;
/** More than any cache holds, all threads together. */
const COPY_BYTES = 64 * 1024 * 1024;

export type BoundSetup = {
  readonly start: Int32Array<SharedArrayBuffer>;
  readonly threads: number;
  readonly milliseconds: number;
};
/** Operations and bytes, read and written, a second. */
export type BoundReport = { readonly flops: number; readonly bytes: number };

type Exports = {
  readonly memory: Memory;
  dot(x: number, bytes: number, times: number): number;
  copy(to: number, from: number, bytes: number): void;
};

const { start, threads, milliseconds }: BoundSetup = workerData;

/**
 * Runs `work` over and over once every thread is here. @returns how often a second at best, since a thread that was
 * interrupted says nothing about the machine.
 */
function rate(phase: number, work: () => void): number {
  work();
  Atomics.add(start, phase, 1);
  Atomics.notify(start, phase);
  for (let here = Atomics.load(start, phase); here < threads; here = Atomics.load(start, phase)) {
    Atomics.wait(start, phase, here);
  }
  const end = performance.now() + milliseconds;
  let shortest = Number.POSITIVE_INFINITY;
  let now = performance.now();
  while (now < end) {
    work();
    const before = now;
    now = performance.now();
    shortest = Math.min(shortest, now - before);
  }
  return 1000 / shortest;
}

const bound = instantiate<Exports>(boundWasm);
if (bound === undefined) throw new Error('no vector instructions here');
bound.memory.grow(Math.ceil((2 * COPY_BYTES) / 65_536));
new Float64Array(bound.memory.buffer).fill(1);
const times = 20_000;
const dots = rate(0, () => void bound.dot(0, VECTOR_BYTES, times));
const copies = rate(1, () => bound.copy(COPY_BYTES, 0, COPY_BYTES));
const report: BoundReport = {
  flops: (dots * times * 2 * PRODUCTS * VECTOR_BYTES) / 8,
  bytes: copies * 2 * COPY_BYTES,
};
parentPort?.postMessage(report);
