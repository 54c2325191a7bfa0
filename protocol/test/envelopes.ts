import fc from 'fast-check';
import { digestOfBytes } from '../digest.ts';
import type { UnsignedEnvelope } from '../envelope.ts';
import { MESSAGE_TYPES } from '../message-types.ts';
import { encodables } from './arbitraries.ts';

export const digests = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(digestOfBytes);
export const counts = fc.oneof(fc.nat({ max: 300 }), fc.maxSafeNat());

export const unsignedEnvelopes: fc.Arbitrary<UnsignedEnvelope> = fc.record(
  {
    net: digests,
    type: fc.constantFrom(...MESSAGE_TYPES),
    round: counts,
    view: counts,
    seq: counts,
    ts: counts,
    expiry: counts,
    payload: encodables,
  },
  { noNullPrototype: true },
);

/** A small message whose every field differs from every other. */
export const EXAMPLE: UnsignedEnvelope = {
  net: digestOfBytes(Uint8Array.of(1)),
  type: 'status',
  round: 7,
  view: 1,
  seq: 300,
  ts: 1_700_000_000_000,
  expiry: 1_700_000_060_000,
  payload: { head: 6 },
};
