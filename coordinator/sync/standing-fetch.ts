import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { BlobExchange } from '../blob-exchange.ts';
import type { Collaborators } from '../collaborators.ts';
import type { StandingTable } from '../standing/index.ts';
import { pause } from './pause.ts';

/** After everybody was asked for a table in vain. */
const RETRY_MS = 500;

/**
 * Everybody's standing, from peers. Without it a member takes no part, so it asks until the round is over in another
 * way.
 *
 * @returns undefined when it is, as the signal says.
 */
export async function obtainStanding(
  digest: Digest,
  round: number,
  exchange: Pick<BlobExchange, 'obtainStanding'>,
  { clock }: Pick<Collaborators, 'clock'>,
  signal: AbortSignal,
): Promise<StandingTable | undefined> {
  while (!signal.aborted) {
    try {
      return await exchange.obtainStanding(digest, round, signal);
    } catch (error) {
      if (!(error instanceof BallastError)) throw error;
    }
    await pause(clock, RETRY_MS, signal).done;
  }
  return undefined;
}
