import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;

/** @returns the seconds until `ask` answered true; no answer counts as false. @throws Error when `seconds` have passed. */
export async function secondsUntil(
  what: string,
  seconds: number,
  ask: () => Promise<boolean>,
): Promise<number> {
  const since = performance.now();
  const passed = () => (performance.now() - since) / 1_000;
  while (!(await ask().catch(() => false))) {
    if (passed() > seconds) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(POLL_MS);
  }
  return passed();
}
