import { encodeBody } from '../../coordinator/update-body.ts';
import { localTrainingOptions } from '../../node/runtime/round-trainer.ts';
import { trainingRelease } from '../../node/training/index.ts';
import { epsilonOf, type PrivacyLedger } from '../../privacy/index.ts';
import { digestOfBytes } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { decodeUpdate } from '../../protocol/vectors.ts';

/** Digests of the bodies that a node's ledger has released, by round, up to `last`. */
export async function releasedBodies(
  ledger: PrivacyLedger,
  owner: NodeId,
  last: number,
): Promise<{ round: number; digest: string }[]> {
  const released: { round: number; digest: string }[] = [];
  for (let round = 1; round <= last; round++) {
    const bytes = await ledger.released(`round/${round}`);
    if (bytes === undefined) continue;
    const body = encodeBody(owner, decodeUpdate(bytes, bytes.length / 4));
    released.push({ round, digest: digestOfBytes(body) });
  }
  return released;
}

/** ε of so many updates of a node, by the events themselves and not by any ledger. */
export function costOfUpdates(parameters: NetworkParameters, updates: number): number {
  const release = trainingRelease(localTrainingOptions(parameters));
  if (updates === 0) return 0;
  return epsilonOf([{ ...release, releases: release.releases * updates }], parameters.privacy.delta);
}
