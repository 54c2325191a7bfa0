import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { Collaborators, EpochOptions } from '../collaborators.ts';
import type { Epoch } from '../committee-record.ts';
import { nextEpoch } from '../next-epoch.ts';
import type { StandingTable } from '../standing/index.ts';

/**
 * Who takes part in the next epoch, from the registry as of the block that gave the beacon.
 *
 * @returns undefined where the network has no epochs, or the signal fired.
 * @throws BallastError `REGISTRY_ABSENT`, and what reading the registry throws.
 */
export async function drawEpoch(
  { options, collaborators }: { readonly options: EpochOptions; readonly collaborators: Collaborators },
  from: {
    readonly beacon: Digest;
    readonly height: number;
    readonly current: Epoch;
    readonly standing: StandingTable;
  },
  signal: AbortSignal,
): Promise<Epoch | undefined> {
  const { epochs, parameters } = options;
  if (parameters.committee === undefined) return undefined;
  const { registry } = collaborators;
  if (registry === undefined)
    throw new BallastError('REGISTRY_ABSENT', 'epochs: got no source of the roster');
  const registered = await registry.rosterAt(from.height, signal);
  if (signal.aborted) return undefined;
  const epoch = nextEpoch(parameters.committee, from.current, from.beacon, registered, from.standing);
  // Members of the next epoch may speak before this node has heard that this one is over.
  epochs.expect(epoch);
  return epoch;
}
