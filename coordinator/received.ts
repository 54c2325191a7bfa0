import { BoundedCache } from '../protocol/cache.ts';
import type { Digest } from '../protocol/digest.ts';
import { openEnvelope, type Sealed } from '../protocol/envelope.ts';
import { MessageError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import type { MessageType } from '../protocol/message-types.ts';
import { type Payload, payloadOf } from '../protocol/messages.ts';

/** A message whose signature and form have been checked, with its meaning read. */
export type Received<Type extends MessageType = MessageType> = {
  readonly type: Type;
  readonly round: number;
  readonly view: number;
  readonly sender: NodeId;
  readonly seq: number;
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly payload: Payload<Type>;
};

/** A message of any kind, told apart by its type. */
export type AnyReceived = { [Type in MessageType]: Received<Type> }[MessageType];

/** A message that comes again, as another's evidence or from another peer, has its form checked once. */
const wellFormed = new BoundedCache<true>(1 << 16);
const read = new WeakMap<Sealed, AnyReceived>();

/** @throws MessageError `MESSAGE_PAYLOAD`. */
export function readMessage(sealed: Sealed): AnyReceived {
  const known = read.get(sealed);
  if (known !== undefined) return known;
  const { envelope, bytes, digest } = sealed;
  const { type, round, view, sender, seq } = envelope;
  const payload = wellFormed.get(digest) ? envelope.payload : payloadOf(type, envelope);
  wellFormed.set(digest, true, 1);
  const message = { type, round, view, sender, seq, digest, bytes, payload } as AnyReceived;
  read.set(sealed, message);
  return message;
}

/**
 * Messages that travel inside another as its evidence. All must be of the type, network and round that the
 * evidence is for, and each from another sender.
 *
 * @throws MessageError `EVIDENCE_INVALID`, or what opening one of them throws.
 */
export function openEvidence<Type extends MessageType>(
  type: Type,
  network: Digest,
  round: number,
  evidence: readonly Uint8Array[],
): Received<Type>[] {
  const opened = evidence.map((bytes) => {
    const sealed = openEnvelope(bytes);
    if (sealed.envelope.net !== network) throw invalid(type, round, 'one of another network');
    return readMessage(sealed);
  });
  return requireEvidence(type, round, opened);
}

/**
 * The same of messages of this network that have been read.
 *
 * @throws MessageError `EVIDENCE_INVALID`.
 */
export function requireEvidence<Type extends MessageType>(
  type: Type,
  round: number,
  messages: readonly AnyReceived[],
): Received<Type>[] {
  for (const message of messages) {
    if (message.type !== type || message.round !== round)
      throw invalid(type, round, `a ${message.type} of round ${message.round}`);
  }
  if (new Set(messages.map(({ sender }) => sender)).size !== messages.length)
    throw invalid(type, round, 'two from one sender');
  return messages as readonly AnyReceived[] as Received<Type>[];
}

function invalid(type: MessageType, round: number, got: string): MessageError {
  return new MessageError(
    'reject',
    'EVIDENCE_INVALID',
    `evidence: got ${got}, expected one ${type} of round ${round} a sender`,
    {
      metadata: { type, round },
    },
  );
}
