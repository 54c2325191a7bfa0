import { type Digest, digestOfBytes } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { Collaborators } from '../collaborators.ts';
import { decodeEpoch, type Epoch, MAX_EPOCH_BYTES } from '../committee-record.ts';
import { pause } from './pause.ts';

/** After everybody was asked in vain: who has prepared the entry has the record, and serves it once it is certified. */
const RETRY_MS = 250;

/**
 * Who takes part in an epoch, by the digest that the last entry of the one before names.
 *
 * @returns undefined when the signal fires.
 */
export async function obtainEpoch(
  digest: Digest,
  epoch: number,
  from: readonly NodeId[],
  { clock, signer, transport }: Pick<Collaborators, 'clock' | 'signer' | 'transport'>,
  signal: AbortSignal,
): Promise<Epoch | undefined> {
  while (!signal.aborted) {
    for (const peer of from) {
      if (peer === signer.nodeId || signal.aborted) continue;
      try {
        const bytes = await transport.fetch(peer, digest, MAX_EPOCH_BYTES, signal);
        if (digestOfBytes(bytes) === digest) return decodeEpoch(bytes, epoch);
      } catch {
        // One of the others has it: a quorum does.
      }
    }
    await pause(clock, RETRY_MS, signal).done;
  }
  return undefined;
}
