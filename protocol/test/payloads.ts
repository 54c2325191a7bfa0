import fc from 'fast-check';
import { packDigests } from '../digest.ts';
import type { MessageType } from '../message-types.ts';
import { MAX_COMMITTEE, MAX_ROSTER, type Payload } from '../messages.ts';
import { packRows } from '../roster-rows.ts';
import { signerOf } from './arbitraries.ts';
import { counts, digests } from './envelopes.ts';

const NODE_IDS = Array.from({ length: 12 }, (_, i) => signerOf(i).nodeId);

/**
 * One generator of good payloads per type of message. The full ones have something in every list and no null,
 * so that every field of the schema is there to be spoilt.
 */
export function payloads(full: boolean): { readonly [T in MessageType]: fc.Arbitrary<Payload<T>> } {
  const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
    fc.record<T>(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
  const listOf = <T>(item: fc.Arbitrary<T>, maxLength = 4) =>
    fc.array(item, { minLength: full ? 1 : 0, maxLength });
  const orNull = <T>(value: fc.Arbitrary<T>) => (full ? value : fc.option(value));

  const node = fc.constantFrom(...NODE_IDS);
  const code = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/);
  const outcome = fc.constantFrom('accepted' as const, 'rejected' as const, 'aborted' as const);
  const envelopes = listOf(fc.uint8Array({ maxLength: 60 }));
  const packed = fc.array(digests, { maxLength: 4 }).map(packDigests);
  const rows = fc
    .uniqueArray(fc.nat(MAX_ROSTER - 1), { maxLength: 4 })
    .chain((places) =>
      fc.tuple(...places.map((index) => fc.record({ index: fc.constant(index), digest: digests }))),
    )
    .map(packRows);
  const signature = fc.uint8Array({ minLength: 65, maxLength: 65 });
  const votes = listOf(record({ index: fc.integer({ min: 0, max: MAX_COMMITTEE - 1 }), signature }));
  const aggregate = record({
    signers: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    signature: fc.uint8Array({ minLength: 96, maxLength: 96 }),
  });
  const bigCount = fc.bigInt({ min: 0n, max: 10n ** 78n - 1n }).map(String);
  const positive = fc.double({ min: 0, max: 1000, noNaN: true }).map((n) => (n === 0 ? 0 : n));

  const privacy = record({
    unit: fc.constantFrom('record' as const, 'node' as const, 'none' as const),
    relation: fc.constantFrom('add-remove' as const, 'replace' as const),
    epsilon: orNull(positive),
    delta: positive.map((n) => n / 1000),
  });
  const entry = record({
    round: counts,
    epoch: counts,
    parent: digests,
    beacon: digests,
    finalized: counts,
    nextBeaconHeight: counts,
    baseVersion: counts,
    baseDigest: digests,
    baseState: digests,
    updates: record({ root: digests, sealed: counts, accepted: counts, selected: counts }),
    standing: digests,
    offences: listOf(record({ node, kind: fc.stringMatching(/^[a-z][a-z-]{0,20}$/), evidence: digests })),
    nextCommittee: orNull(digests),
    outcome,
    reason: fc.string({ maxLength: 200 }),
    version: counts,
    modelDigest: digests,
    stateDigest: digests,
    candidateDigest: digests,
    candidateState: digests,
    privacy,
  });

  return {
    handover: record({ last: digests, signature }),
    evidence: record({ proof: fc.uint8Array({ maxLength: 60 }) }),
    status: record({ head: counts }),
    'update-header': record({
      baseVersion: counts,
      baseDigest: digests,
      layout: digests,
      digest: digests,
      size: counts,
      normClass: fc.integer({ min: 0, max: 64 }),
      privacy,
      ledger: counts,
    }),
    'seal-report': record({ headers: rows, finalized: counts }),
    'body-report': record({ held: rows, refused: listOf(record({ node, digest: digests, code })) }),
    proposal: record({
      entry,
      headers: packed,
      sealReports: packed,
      bodyReports: packed,
      viewChanges: packed,
    }),
    prepare: record({ entry: digests, outcome }),
    commit: record({ entry: digests, signature }),
    'view-change': record({
      lock: orNull(record({ view: counts, entry, prepares: envelopes })),
      prepare: orNull(fc.uint8Array({ maxLength: 60 })),
    }),
    certificate: full
      ? record({ entry, view: counts, signatures: votes, aggregate })
      : fc.oneof(
          record({ entry, view: counts, signatures: votes }),
          record({ entry, view: counts, signatures: votes.map(() => []), aggregate }),
        ),
    recommendation: record({
      sequence: counts,
      modelVersion: counts,
      modelDigest: digests,
      transcript: digests,
      expiry: counts,
      changes: fc.array(record({ parameter: digests, expected: bigCount, value: bigCount }), {
        minLength: 1,
        maxLength: full ? 2 : 16,
      }),
      explanation: digests,
      signature,
    }),
  };
}
