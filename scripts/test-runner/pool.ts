/** Runs `jobs` at most `width` at a time, started in their order. */
export async function runPool(jobs: readonly (() => Promise<void>)[], width: number): Promise<void> {
  const queue = jobs.values();
  const worker = async (): Promise<void> => {
    for (const job of queue) await job();
  };
  await Promise.all(Array.from({ length: width }, worker));
}
