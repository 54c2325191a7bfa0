import { encodeCanonical, sameBytes } from '../../protocol/encoding.ts';
import type { Sealed } from '../../protocol/envelope.ts';
import { MessageError } from '../../protocol/errors.ts';
import { compareText } from '../compare.ts';
import { type AnyReceived, readMessage } from '../received.ts';
import { type Evidence, equivocationKind } from './kinds.ts';

/**
 * The proof that two messages of one sender make: of one network, kind, round and view, and of different meaning.
 * What differs in time or sequence number alone says the same thing twice, and a commit is what it commits to: a
 * wallet may sign one decision in many ways.
 *
 * @returns the two in the order of their digests, so that one pair is one proof; undefined where they prove nothing.
 */
export function equivocation(first: Sealed, second: Sealed): Evidence | undefined {
  const [a, b] = [first.envelope, second.envelope];
  const kind = equivocationKind(a.type);
  const isOnePlace =
    a.net === b.net && a.type === b.type && a.sender === b.sender && a.round === b.round && a.view === b.view;
  if (kind === undefined || !isOnePlace) return undefined;
  const [said, other] = [meaning(first), meaning(second)];
  if (said === undefined || other === undefined || sameBytes(said, other)) return undefined;
  const pair = [first, second].sort((x, y) => compareText(x.digest, y.digest));
  return { kind, proof: pair.map(({ bytes }) => bytes) };
}

/** What a message says; undefined for one that nobody would have read. */
function meaning(sealed: Sealed): Uint8Array | undefined {
  const message = read(sealed);
  if (message === undefined) return undefined;
  return encodeCanonical(message.type === 'commit' ? message.payload.entry : sealed.envelope.payload);
}

function read(sealed: Sealed): AnyReceived | undefined {
  try {
    return readMessage(sealed);
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}
