import { decodeCanonical, encodeCanonical } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { payloadOf } from '../protocol/messages.ts';
import type { Certificate } from './certificate.ts';
import { MAX_ROLL_BYTES, openRoll, type Roll } from './roll.ts';

/** A round as the log has it. A node outside the committee may do without the roll. */
export type LoggedRound = { readonly certificate: Certificate; readonly roll: Roll | undefined };

/** 255 signatures beside an entry with 16 offences take about 25 KiB. */
const MAX_CERTIFICATE_BYTES = 64 * 1024;
/** What a peer's log gives of one round. */
export const MAX_LOGGED_ROUND_BYTES = MAX_CERTIFICATE_BYTES + MAX_ROLL_BYTES + 64;

/** A round for a peer, from the bytes as they are stored: anyone may ask, and to decode them is work. */
export function encodeLoggedRound(certificate: Uint8Array, roll: Uint8Array | undefined): Uint8Array {
  return encodeCanonical({ certificate, roll: roll ?? null });
}

/**
 * A round of a peer's log: its form, and that the roll is the one that the entry names. Who signed is checked apart.
 *
 * @throws BallastError `LOG_MALFORMED`; `ROLL_MISMATCH`.
 */
export function readLoggedRound(bytes: Uint8Array, peer: NodeId): LoggedRound {
  const { certificate, roll } = attempt('no round of a log', () => readParts(bytes));
  const read = attempt('no certificate', () => {
    const payload = decodeCanonical(certificate, { maxBytes: MAX_CERTIFICATE_BYTES });
    return payloadOf('certificate', { payload, sender: peer });
  });
  return { certificate: read, roll: roll === null ? undefined : openRoll(roll, read.entry) };
}

function readParts(bytes: Uint8Array): {
  readonly certificate: Uint8Array;
  readonly roll: Uint8Array | null;
} {
  const value = decodeCanonical(bytes, { maxBytes: MAX_LOGGED_ROUND_BYTES });
  const { certificate, roll, ...others } = (value ?? {}) as { readonly [key: string]: unknown };
  const isRoll = roll === null || roll instanceof Uint8Array;
  if (!(certificate instanceof Uint8Array) || !isRoll || Object.keys(others).length > 0)
    throw new BallastError('LOG_MALFORMED', 'other fields than certificate and roll');
  return { certificate, roll };
}

function attempt<T>(got: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it does not decode';
    throw new BallastError('LOG_MALFORMED', `log: got a record that is ${got}: ${reason}`, { cause });
  }
}
