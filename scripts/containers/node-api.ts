import { z } from 'zod';
import { samplesOf } from './panels.ts';

export const isOk = async (url: string): Promise<boolean> => (await fetch(url)).status === 200;

const rounds = z.object({ items: z.array(z.object({ round: z.number() })) });

/** The last round that the node at `api` has seen decided; 0 before the first. */
export async function lastRound(api: string): Promise<number> {
  const { items } = rounds.parse(await (await fetch(`${api}/v1/rounds`)).json());
  return Math.max(0, ...items.map(({ round }) => round));
}

/** Whether the node at `api` has refused a message that contradicts an earlier one of its sender. */
export async function hasHeardContradiction(api: string): Promise<boolean> {
  const page = await (await fetch(`${api}/metrics`)).text();
  const refusals = samplesOf(page).get('ballast_refusals_total');
  if (refusals === undefined) throw new Error(`${api}/metrics: no ballast_refusals_total`);
  return refusals.some(({ code }) => code === 'MESSAGE_EQUIVOCATION');
}
