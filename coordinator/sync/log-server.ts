import type { LogRequest } from '../collaborators.ts';
import type { RoundLog } from '../log.ts';
import { MAX_LOG_ANSWER } from './catch-up.ts';

/** What a peer gets of this node's log: its newest certificate, or at most 64 from a round on. */
export async function answerLog(log: RoundLog, request: LogRequest): Promise<Uint8Array[]> {
  const last = log.head.round;
  const [from, most] = request.from === 'newest' ? [last, 1] : [request.from, request.most];
  const answer: Uint8Array[] = [];
  for (let round = from; round <= last && answer.length < Math.min(most, MAX_LOG_ANSWER); round++) {
    // As it is stored: anyone may ask, and to decode sixty-four of them is work.
    const certificate = await log.bytes(round);
    if (certificate === undefined) break;
    answer.push(certificate);
  }
  return answer;
}
