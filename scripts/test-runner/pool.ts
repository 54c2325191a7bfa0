type Job = () => Promise<void>;

/** Runs `jobs` at most `width` at a time, started in their order. */
export async function runPool(jobs: readonly Job[], width: number): Promise<void> {
  const queue = jobs.values();
  await Promise.all(Array.from({ length: width }, () => work(queue)));
}

/**
 * Runs `busy` jobs at most `width` at a time and one of `waiting` beside them, which take little of the machine; the
 * workers of `busy` go on with `waiting` when they have no more. Each list is started in its order.
 */
export async function runBeside(busy: readonly Job[], waiting: readonly Job[], width: number): Promise<void> {
  const [first, second] = [busy.values(), waiting.values()];
  const both = async () => {
    await work(first);
    await work(second);
  };
  await Promise.all([...Array.from({ length: width }, both), work(second)]);
}

async function work(queue: Iterator<Job> & Iterable<Job>): Promise<void> {
  for (const job of queue) await job();
}
