/** The flooding peers of `flood-bench.ts` as a process of their own: their work is not the nodes'. */
import { type Flood, type FloodCount, prepareFlood } from './flood.ts';

export type ToFlooders = { readonly prepare: Flood } | { readonly fire: true };

let fire: (() => Promise<FloodCount>) | undefined;

process.on('message', (message: ToFlooders) => {
  void answer(message).then((count) => process.send?.(count));
});

/** @returns what was sent, or null when the peers are ready. */
async function answer(message: ToFlooders): Promise<FloodCount | null> {
  if ('fire' in message) return (await fire?.()) ?? null;
  fire = await prepareFlood(message.prepare);
  return null;
}
