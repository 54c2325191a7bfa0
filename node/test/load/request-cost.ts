import { readFileSync } from 'node:fs';
import { quantile, shoot, type Target } from './shots.ts';

/** Below the limit of an address together with the reads before it. */
const REQUESTS = 300;
const SLICES = 5;

/** Prints what one request for each path costs the server's main thread, whatever else the machine does. */
export async function reportCosts(target: Target, paths: readonly string[], pid: number): Promise<void> {
  const all: number[] = [];
  for (const path of paths) {
    const slices: number[] = [];
    for (let slice = 0; slice < SLICES; slice++) {
      const before = processorUs(pid);
      for (let i = 0; i < REQUESTS / SLICES; i++) await shoot(target, path, performance.now());
      slices.push((processorUs(pid) - before) / (REQUESTS / SLICES));
    }
    const median = quantile(
      slices.sort((a, b) => a - b),
      0.5,
    );
    all.push(median);
    console.log(`  ${path.slice(0, 32).padEnd(34)} ${median.toFixed(0)} µs`);
  }
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length;
  console.log(`main thread, one request: ${mean.toFixed(0)} µs on the mean of ${paths.length} endpoints`);
}

/** What the main thread has run, in microseconds (proc(5), schedstat). */
const processorUs = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ', 1)[0]) / 1_000;
