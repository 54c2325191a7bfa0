import type { Digest } from '../../protocol/digest.ts';
import type { BlobExchange } from '../blob-exchange.ts';
import type { Collaborators } from '../collaborators.ts';
import type { StandingTable } from '../standing/index.ts';
import { askAgain } from './ask-again.ts';

/**
 * Everybody's standing, from peers. Without it a member takes no part, so it asks until the round is over in another
 * way.
 *
 * @returns undefined when it is, as the signal says.
 */
export function obtainStanding(
  digest: Digest,
  round: number,
  exchange: Pick<BlobExchange, 'obtainStanding'>,
  collaborators: Pick<Collaborators, 'clock'>,
  signal: AbortSignal,
): Promise<StandingTable | undefined> {
  return askAgain(() => exchange.obtainStanding(digest, round, signal), collaborators, signal);
}
