import type { NodeId } from '../../protocol/ids.ts';
import type { LogRequest } from '../collaborators.ts';
import type { RoundLog } from '../log.ts';
import { encodeLoggedRound } from '../logged-round.ts';
import { encodeProvenRow, provenRow } from '../roll-row.ts';

/** Rounds that a peer is asked for at once, and that it gives at most. */
export const MAX_LOG_ANSWER = 64;
/** An answer ends with the round that takes it beyond this. */
export const ENOUGH_LOG_BYTES = 2 << 20;

/**
 * What a peer gets of this node's log: its newest round, or at most 64 from a round on, and about 2 MiB; for none, its
 * own row on the roll of that round, with a proof.
 */
export async function answerLog(log: RoundLog, request: LogRequest, peer: NodeId): Promise<Uint8Array[]> {
  const last = log.head.round;
  const [from, most] = request.from === 'newest' ? [last, 1] : [request.from, request.most];
  if (most === 0) {
    const roll = await log.roll(from);
    const row = roll && provenRow(roll, peer);
    return row === undefined ? [] : [encodeProvenRow(row)];
  }
  const answer: Uint8Array[] = [];
  let size = 0;
  for (let round = from; round <= last && answer.length < Math.min(most, MAX_LOG_ANSWER); round++) {
    const certificate = await log.bytes(round);
    if (certificate === undefined || size > ENOUGH_LOG_BYTES) break;
    const record = encodeLoggedRound(certificate, await log.rollBytes(round));
    size += record.length;
    answer.push(record);
  }
  return answer;
}
