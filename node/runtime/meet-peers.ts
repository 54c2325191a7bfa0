import type { Committee } from '../../coordinator/index.ts';
import type { Network } from '../network/index.ts';
import { pause } from './pause.ts';

/** How long the others are waited for before the node goes on with a quorum. */
const PATIENCE_MS = 20_000;

/**
 * Waits until the others hear a topic: all of them, after a time a quorum. Begins again where the network was made anew.
 *
 * @param network as it stands. @throws when the signal fires.
 */
export async function meetPeers(
  network: () => Network | undefined,
  topic: string,
  { members, quorum }: Pick<Committee, 'members' | 'quorum'>,
  signal: AbortSignal,
): Promise<void> {
  const patience = performance.now() + PATIENCE_MS;
  for (;;) {
    const isPatient = performance.now() < patience;
    const wanted = (isPatient ? members.length : quorum) - 1;
    const slice = AbortSignal.any([signal, AbortSignal.timeout(isPatient ? PATIENCE_MS : 60_000)]);
    try {
      const current = network();
      await current?.ready(topic, wanted, slice);
      if (current !== undefined) return;
    } catch {
      // The network was made anew, or patience is over.
    }
    await pause(100, signal);
  }
}
