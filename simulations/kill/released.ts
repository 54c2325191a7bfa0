import { encodeBody } from '../../coordinator/update-body.ts';
import type { PrivacyLedger } from '../../privacy/index.ts';
import { digestOfBytes } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
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
