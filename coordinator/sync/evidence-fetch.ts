import type { Digest } from '../../protocol/digest.ts';
import { MAX_ENVELOPE_BYTES, openEnvelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { Collaborators } from '../collaborators.ts';
import { type AnyReceived, readMessage } from '../received.ts';

/** Messages that are asked for at once. */
const AT_ONCE = 16;

/**
 * Messages that a leader's proposal names and this node has not heard, from that leader.
 *
 * @returns all of them, each with a good signature and of this network; none where one is not served or is no message.
 * @throws the signal's reason.
 */
export async function obtainEvidence(
  network: Digest,
  from: NodeId,
  digests: readonly Digest[],
  transport: Pick<Collaborators['transport'], 'fetch'>,
  signal: AbortSignal,
): Promise<AnyReceived[]> {
  const found: AnyReceived[] = [];
  const waiting = [...digests];
  const work = async () => {
    for (let digest = waiting.shift(); digest !== undefined; digest = waiting.shift()) {
      signal.throwIfAborted();
      const sealed = openEnvelope(await transport.fetch(from, digest, MAX_ENVELOPE_BYTES, signal));
      if (sealed.envelope.net !== network)
        throw new BallastError('MESSAGE_WRONG_NETWORK', 'evidence: got a message of another network');
      found.push(readMessage(sealed));
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return found;
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    return [];
  }
}
