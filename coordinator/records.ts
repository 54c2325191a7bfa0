import { domainHash, fromHex } from '../protocol/digest.ts';
import { decodeCanonical } from '../protocol/encoding.ts';
import type { RoundEntry } from '../protocol/messages.ts';
import type { KeyValueStore, StoreOperation } from '../protocol/store.ts';
import type { Certificate } from './certificate.ts';
import type { Head } from './entry.ts';
import { roundKey } from './keys.ts';

/** Length of a record digest. */
export const RECORD_BYTES = 32;
/** Operations of one write while records are added to an older log. */
const BATCH = 512;

export const recordKey = (round: number): string => roundKey('record', round);
export const versionKey = (version: number): string => roundKey('version', version);

/** Where the records of a log begin. @returns 32 bytes. */
export function genesisRecord(genesis: Head): Uint8Array {
  return domainHash('ballast/record-genesis/1', fromHex(genesis.entry));
}

/**
 * The record digest of a round: every byte of every certificate up to it, votes with them, which the entries do not
 * link. Each node has its own, since different quorums certify the same round.
 *
 * @returns 32 bytes.
 */
export function recordAfter(previous: Uint8Array, certificate: Uint8Array): Uint8Array {
  return domainHash('ballast/record/1', previous, certificate);
}

/** What finds the round of an accepted version. */
export function versionIndex({ outcome, version, round }: RoundEntry): StoreOperation[] {
  if (outcome !== 'accepted') return [];
  return [{ type: 'put', key: versionKey(version), value: new TextEncoder().encode(String(round)) }];
}

/**
 * Adds records and the index of versions to a log that was written without them; again, after a crash, it goes on
 * where it was. What is there already stays as it is.
 *
 * @returns the record digest of the last round.
 */
export async function addRecords(store: KeyValueStore, genesis: Head): Promise<Uint8Array> {
  let record = genesisRecord(genesis);
  let operations: StoreOperation[] = [];
  for await (const [key, bytes] of store.entries('log/')) {
    const ofRound = key.replace(/^log/, 'record');
    const known = await store.get(ofRound);
    record = known ?? recordAfter(record, bytes);
    if (known !== undefined) continue;
    const { entry } = decodeCanonical(bytes) as Certificate;
    operations.push({ type: 'put', key: ofRound, value: record }, ...versionIndex(entry));
    if (operations.length < BATCH) continue;
    await store.write(operations);
    operations = [];
  }
  await store.write(operations);
  return record;
}
