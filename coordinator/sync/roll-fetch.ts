import { type Certificate, signersOf } from '../certificate.ts';
import type { Collaborators } from '../collaborators.ts';
import { type Committee, nodesOf } from '../committee.ts';
import { entryDigest } from '../entry.ts';
import { readLoggedRound } from '../logged-round.ts';
import type { Roll } from '../roll.ts';
import { pause } from './pause.ts';

/** After everybody was asked in vain: who has prepared the entry has the roll, and its log has it within moments. */
const RETRY_MS = 250;

/**
 * The roll that a certified entry names, from the log of a member: first of those that signed it.
 *
 * @returns undefined when the round is over in another way, as the signal says.
 */
export async function obtainRoll(
  certificate: Certificate,
  committee: Committee,
  { clock, signer, transport }: Pick<Collaborators, 'clock' | 'signer' | 'transport'>,
  signal: AbortSignal,
): Promise<Roll | undefined> {
  const { entry } = certificate;
  const signers = new Set(signersOf(certificate).flatMap((index) => committee.members[index]?.node ?? []));
  const peers = [...new Set([...signers, ...nodesOf(committee)])].filter((node) => node !== signer.nodeId);
  while (!signal.aborted) {
    for (const peer of peers) {
      try {
        const [record] = await transport.fetchLog(peer, { from: entry.round, most: 1 }, signal);
        const round = record && readLoggedRound(record, peer);
        const isSame = round !== undefined && entryDigest(round.certificate.entry) === entryDigest(entry);
        if (isSame && round.roll !== undefined) return round.roll;
      } catch {
        // One of the others has it: a quorum does.
      }
      if (signal.aborted) return undefined;
    }
    await pause(clock, RETRY_MS, signal).done;
  }
  return undefined;
}
