import { decodeCanonical, type Encodable, encodeCanonical } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { isMember } from './committee.ts';
import type { Head } from './entry.ts';
import { roundKey } from './keys.ts';
import { openEvidence, type Received } from './received.ts';
import { basisOf, type KnownBefore } from './round/basis.ts';
import type { Basis, RoundContext } from './round/types.ts';

/** What an entry follows from, as it was signed: the raw envelopes of a round. */
export type Transcript = {
  readonly headers: readonly Uint8Array[];
  readonly sealReports: readonly Uint8Array[];
  readonly bodyReports: readonly Uint8Array[];
};

export const transcriptKey = (round: number): string => roundKey('transcript', round);

/** Two reports of 140 KiB of each of 255 members, and 4,096 headers, fit. */
const MAX_BYTES = 96 << 20;

const encoded = new WeakMap<Basis, Uint8Array>();

/** @returns shared: never to be changed. */
export function encodeTranscript(basis: Basis): Uint8Array {
  const bytes = encoded.get(basis) ?? encodeEnvelopes(basis);
  encoded.set(basis, bytes);
  return bytes;
}

function encodeEnvelopes({ headers, sealReports, bodyReports }: Basis): Uint8Array {
  const bytesOf = (messages: readonly { readonly bytes: Uint8Array }[]) => messages.map(({ bytes }) => bytes);
  const transcript = {
    headers: bytesOf(headers),
    sealReports: bytesOf(sealReports),
    bodyReports: bytesOf(bodyReports),
  };
  return encodeCanonical(transcript as Encodable);
}

/** @throws BallastError `TRANSCRIPT_MALFORMED`, or what decoding throws. */
export function decodeTranscript(bytes: Uint8Array): Transcript {
  const value = decodeCanonical(bytes, { maxBytes: MAX_BYTES });
  const isList = (list: unknown) => Array.isArray(list) && list.every((each) => each instanceof Uint8Array);
  const { headers, sealReports, bodyReports } = (value ?? {}) as { readonly [key: string]: unknown };
  if (!isList(headers) || !isList(sealReports) || !isList(bodyReports))
    throw malformed('got other fields, expected headers, seal reports and body reports');
  return value as unknown as Transcript;
}

/**
 * The basis that a round's envelopes make: each is signed by a member, belongs to the round, and the reports are a
 * quorum's.
 *
 * @param before the head that the round went on from.
 * @param known the round's beacon, everybody's standing before it, and the offences that its entry names.
 * @throws BallastError `TRANSCRIPT_MALFORMED`, or what opening an envelope throws.
 */
export function basisOfTranscript(
  context: RoundContext,
  before: Pick<Head, 'round' | 'nextBeaconHeight'>,
  transcript: Transcript,
  known: KnownBefore,
): Basis {
  const { network, committee, roster } = context;
  const round = before.round + 1;
  const open = <Type extends 'update-header' | 'seal-report' | 'body-report'>(
    type: Type,
    bytes: readonly Uint8Array[],
    fewest: number,
  ): Received<Type>[] => {
    const messages = openEvidence(type, network, round, bytes);
    const isHeard = (sender: NodeId) =>
      type === 'update-header' ? roster.places.has(sender) : isMember(committee, sender);
    if (messages.length < fewest || !messages.every(({ sender }) => isHeard(sender)))
      throw malformed(`got ${messages.length} of ${type}, expected ${fewest} of members at least`);
    return messages;
  };
  const basis = basisOf(
    context,
    before.nextBeaconHeight,
    open('update-header', transcript.headers, 0),
    open('seal-report', transcript.sealReports, committee.quorum),
    open('body-report', transcript.bodyReports, committee.quorum),
    known,
  );
  if (basis === undefined) throw malformed('a sealed header is missing');
  if (basis.headers.length !== transcript.headers.length) throw malformed('a header that is not sealed');
  return basis;
}

function malformed(what: string): BallastError {
  return new BallastError('TRANSCRIPT_MALFORMED', `transcript: ${what}`);
}
