import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

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

export const isOk = async (url: string): Promise<boolean> => (await fetch(url)).status === 200;

const rounds = z.object({ items: z.array(z.object({ round: z.number() })) });

/** The last round that the node at `api` has seen decided; 0 before the first. */
export async function lastRound(api: string): Promise<number> {
  const { items } = rounds.parse(await (await fetch(`${api}/v1/rounds`)).json());
  return Math.max(0, ...items.map(({ round }) => round));
}
