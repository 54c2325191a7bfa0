import { type Digest, digestOfBytes } from '../protocol/digest.ts';
import { decodeCanonical, encodeCanonical, sameBytes } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import { isNodeId, type NodeId, nodeIdFromPublicKey, publicKeyFromNodeId } from '../protocol/ids.ts';
import { MAX_ROSTER } from '../protocol/round-entry.ts';
import { type Committee, createCommittee, isMember, type Member } from './committee.ts';
import { roundKey } from './keys.ts';
import { createRoster, type Roster } from './roster.ts';

/** Who takes part in an epoch: the committee votes, the roster trains. */
export type Epoch = { readonly committee: Committee; readonly roster: Roster };

const digests = new WeakMap<Epoch, Digest>();
const KEY_BYTES = 32;
/** A record of 255 members and 4,096 contributors. */
export const MAX_EPOCH_BYTES = 256 * 1024;

export const committeeKey = (epoch: number): string => roundKey('committee', epoch);

/**
 * The record of an epoch as the log keeps it, so that votes can be verified where the chain is away: the members, and
 * the Ed25519 keys of the contributors, 32 bytes each, in the order of their ids.
 */
export function encodeEpoch({ committee, roster }: Epoch): Uint8Array {
  const ofCommittee = records.get(committee) ?? new WeakMap<Roster, Uint8Array>();
  const record = ofCommittee.get(roster) ?? madeRecord(committee, roster);
  records.set(committee, ofCommittee.set(roster, record));
  return record;
}

/** It is written with every round. */
const records = new WeakMap<Committee, WeakMap<Roster, Uint8Array>>();

function madeRecord(committee: Committee, roster: Roster): Uint8Array {
  const contributors = roster.nodes.filter((node) => !isMember(committee, node));
  const keys = new Uint8Array(contributors.length * KEY_BYTES);
  for (const [i, node] of contributors.entries()) keys.set(publicKeyFromNodeId(node), i * KEY_BYTES);
  const members = committee.members.map(({ node, signer, blsKey }) => ({
    node,
    signer,
    ...(blsKey === undefined ? {} : { blsKey }),
  }));
  return encodeCanonical({ epoch: committee.epoch, members, contributors: keys });
}

/** What the last entry of the epoch before names it by. */
export function epochDigest(epoch: Epoch): Digest {
  const digest = digests.get(epoch) ?? digestOfBytes(encodeEpoch(epoch));
  digests.set(epoch, digest);
  return digest;
}

/** @throws BallastError `COMMITTEE_MALFORMED`, or what decoding, `createCommittee` and `createRoster` throw. */
export function decodeEpoch(bytes: Uint8Array, epoch: number): Epoch {
  const value = decodeCanonical(bytes, { maxBytes: MAX_EPOCH_BYTES }) as {
    readonly epoch?: unknown;
    readonly members?: unknown;
    readonly contributors?: unknown;
  } | null;
  const isMemberRow = (each: Partial<Member> | null) =>
    isNodeId(each?.node) &&
    typeof each?.signer === 'string' &&
    /^0x[0-9a-f]{40}$/.test(each.signer) &&
    (each.blsKey === undefined || (typeof each.blsKey === 'string' && /^[0-9a-f]{96}$/.test(each.blsKey)));
  if (value?.epoch !== epoch || !Array.isArray(value.members) || !value.members.every(isMemberRow))
    throw malformed(epoch);
  const committee = createCommittee(epoch, value.members);
  const roster = createRoster(committee, readKeys(value.contributors, epoch));
  // An epoch has one record, since its digest is what members agree on.
  if (!sameBytes(encodeEpoch({ committee, roster }), bytes)) throw malformed(epoch);
  return { committee, roster };
}

function readKeys(keys: unknown, epoch: number): NodeId[] {
  if (!(keys instanceof Uint8Array) || keys.length % KEY_BYTES !== 0 || keys.length > MAX_ROSTER * KEY_BYTES)
    throw malformed(epoch);
  return Array.from({ length: keys.length / KEY_BYTES }, (_, i) =>
    nodeIdFromPublicKey(keys.subarray(i * KEY_BYTES, (i + 1) * KEY_BYTES)),
  );
}

function malformed(epoch: number): BallastError {
  return new BallastError(
    'COMMITTEE_MALFORMED',
    `committee of epoch ${epoch}: got another form, expected the members of that epoch in the order of their signers`,
    { metadata: { epoch } },
  );
}
