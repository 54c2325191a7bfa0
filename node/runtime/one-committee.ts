import { UsageError } from '../../protocol/errors.ts';
import type { NetworkParameters } from '../../protocol/network.ts';

/**
 * A node decides with one committee for ever: it does not yet hand over to the next one on the chain, so that versions
 * of a second epoch could not be published. The coordinator itself and the simulated world have epochs.
 *
 * @throws UsageError `EPOCHS_UNSUPPORTED` for a network that has them.
 */
export function requireOneCommittee({ committee }: Pick<NetworkParameters, 'committee'>): void {
  if (committee === undefined) return;
  throw new UsageError(
    'EPOCHS_UNSUPPORTED',
    `network document: parameters.committee: got epochs of ${committee.epochRounds} rounds, expected none`,
    { hint: 'leave parameters.committee out: the committee that was activated decides for ever' },
  );
}
