/** How long an orderly end may take: first what is under way, then what is open. */
export const STOP_STAGES_MS = { settle: 2_000, close: 4_000 } as const;
export const STOP_BUDGET_MS = STOP_STAGES_MS.settle + STOP_STAGES_MS.close;

export type Closer = { readonly name: string; readonly close: () => Promise<void> };

/**
 * Runs closers one after the other within a time. One that throws does not keep the next from its turn; those that
 * are not done when the time is over go on by themselves.
 *
 * @returns the names of those that overran.
 */
export async function closeWithin(
  closers: readonly Closer[],
  milliseconds: number,
  onError: (error: unknown) => void,
): Promise<string[]> {
  const left = new Set(closers.map(({ name }) => name));
  const all = (async () => {
    for (const { name, close } of closers) {
      await close().catch(onError);
      left.delete(name);
    }
  })();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([all, over]);
  clearTimeout(timer);
  return [...left];
}
