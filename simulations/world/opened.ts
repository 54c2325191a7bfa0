import { type AnyReceived, readMessage } from '../../coordinator/received.ts';
import { type Envelope, openEnvelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';

/** A message with its envelope, or undefined for what is none: Byzantine nodes say such things. */
export function opened(
  bytes: Uint8Array,
): { readonly envelope: Envelope; readonly message: AnyReceived } | undefined {
  try {
    const sealed = openEnvelope(bytes);
    return { envelope: sealed.envelope, message: readMessage(sealed) };
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    return undefined;
  }
}
