import { type Digest, digestOfBytes, toHex } from '../../protocol/digest.ts';
import { decodeCanonical, sameBytes } from '../../protocol/encoding.ts';
import { openEnvelope } from '../../protocol/envelope.ts';
import type { Lock, RoundEntry } from '../../protocol/messages.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import { checkpointKey, openCheckpoint } from '../checkpoint.ts';
import { type Committee, isMember } from '../committee.ts';
import { entryDigest, type Head } from '../entry.ts';
import { roundKey } from '../keys.ts';
import { openEvidence, readMessage } from '../received.ts';
import { recordKey, versionKey } from '../records.ts';
import { openRoll, type Roll, rollKey } from '../roll.ts';
import type { Findings } from './findings.ts';

/** A stored value of the round after which the log ends, or of one that it lacks. */
const BY_ROUND = ['record/', 'roll/', 'checkpoint/', 'transcript/'];

/** Holds against the log what stands beside it: checkpoints, blobs, the index of versions, this node's words. */
export class BesideLog {
  readonly #store: KeyValueStore;
  readonly #findings: Findings;

  constructor(store: KeyValueStore, findings: Findings) {
    this.#store = store;
    this.#findings = findings;
  }

  /** The record of a round is what its certificates give. @returns the record to go on with. */
  async record(round: number, expected: Uint8Array): Promise<Uint8Array> {
    const stored = await this.#store.get(recordKey(round));
    const got = stored === undefined ? 'none' : toHex(stored);
    return this.#findings.same(round, 'record', toHex(expected), got) ? expected : (stored ?? expected);
  }

  /** The updates of a round are those that its entry names. @returns undefined where there is no such roll. */
  async roll(round: number, entry: RoundEntry): Promise<Roll | undefined> {
    const bytes = await this.#store.get(rollKey(round));
    if (bytes === undefined) this.#findings.add(round, 'roll', entry.updates.root, 'none');
    // A node that did without the roll has left its place empty.
    if (bytes === undefined || bytes.length === 0) return undefined;
    return this.#findings.attempt(round, 'roll', entry.updates.root, () => openRoll(bytes, entry));
  }

  /** An accepted version is found by its number. */
  async version(version: number, round: number): Promise<void> {
    const stored = await this.#store.get(versionKey(version));
    const got = stored === undefined ? 'none' : new TextDecoder().decode(stored);
    this.#findings.same(round, 'version index', String(round), got);
  }

  /** A checkpoint, where the round has one, is signed by a member and speaks of this very log. */
  async checkpoint(
    round: number,
    certificate: Uint8Array,
    record: Uint8Array,
    committee: Committee,
  ): Promise<void> {
    const bytes = await this.#store.get(checkpointKey(round));
    if (bytes === undefined) return;
    const checkpoint = await this.#findings.attempt(round, 'checkpoint', 'one that a member signed', () =>
      openCheckpoint(bytes, round),
    );
    if (checkpoint === undefined) return;
    if (!isMember(committee, checkpoint.node))
      this.#findings.add(round, 'checkpoint', 'one that a member signed', `one of ${checkpoint.node}`);
    if (!sameBytes(checkpoint.certificate, certificate))
      this.#findings.add(round, 'checkpoint', 'the certificate of the log', 'another certificate');
    this.#findings.same(round, 'checkpoint', toHex(record), toHex(checkpoint.record));
  }

  /** Every body and model that a round brought hashes to its name. */
  async blobs(round: number): Promise<void> {
    for await (const [key] of this.#store.entries(`${roundKey('blob-of', round)}/`)) {
      const digest = key.slice(key.lastIndexOf('/') + 1);
      const bytes = await this.#store.get(`blob/${digest}`);
      if (bytes !== undefined) this.#findings.same(round, 'body', digest, digestOfBytes(bytes));
      else this.#findings.add(round, 'body', digest, 'none');
    }
  }

  /** What stands for a round that the log does not have, or for a version that it did not make. */
  async leftOver(head: Head): Promise<void> {
    for (const prefix of BY_ROUND) {
      for await (const [key] of this.#store.entries(prefix)) {
        const round = Number(key.slice(prefix.length));
        if (!(round >= 1 && round <= head.round))
          this.#findings.add(round, 'certificate', 'one in the log', `none, but ${key}`);
      }
    }
    for await (const [key, bytes] of this.#store.entries('version/')) {
      const version = Number(key.slice('version/'.length));
      const round = Number(new TextDecoder().decode(bytes));
      if (version > head.version)
        this.#findings.add(round, 'version index', `versions up to ${head.version}`, `${version}`);
    }
  }

  /** This node's words of rounds that are not over, its lock, and what it holds of others. */
  async words(network: Digest, head: Head, committee: Committee): Promise<void> {
    const sequence = await this.#store.get('sequence');
    const last = sequence === undefined ? 0 : Number(new TextDecoder().decode(sequence));
    if (!Number.isSafeInteger(last) || last < 0)
      this.#findings.add(head.round + 1, 'sequence', 'a whole number', String(last));
    for await (const [key, bytes] of this.#store.entries('sent/')) {
      const round = Number(key.split('/')[1]);
      await this.#findings.attempt(round, key, 'a message that this node signed for this place', () => {
        const { envelope } = readOpen(bytes);
        const { type, view, net, seq } = envelope;
        if (net !== network || key !== roundKey('sent', envelope.round, type, view))
          throw new Error(`a ${type} of round ${envelope.round}, view ${view}`);
        if (seq > last) throw new Error(`number ${seq}, beyond the last number ${last}`);
      });
    }
    for await (const [key, bytes] of this.#store.entries('witness/')) {
      await this.#findings.attempt(head.round + 1, key, 'a message of a member', () => {
        const { sender, net } = readOpen(bytes).envelope;
        if (net !== network || !key.startsWith(`witness/${sender}/`)) throw new Error(`one of ${sender}`);
      });
    }
    for await (const [key, bytes] of this.#store.entries('lock/')) {
      const round = Number(key.split('/')[1]);
      await this.#findings.attempt(round, 'lock', 'an entry that a quorum prepared', () => {
        requireLock(decodeCanonical(bytes) as Lock, round, network, head, committee);
      });
    }
  }
}

function readOpen(bytes: Uint8Array) {
  const sealed = openEnvelope(bytes);
  readMessage(sealed);
  return sealed;
}

function requireLock(
  { view, entry, prepares }: Lock,
  round: number,
  network: Digest,
  head: Head,
  committee: Committee,
): void {
  const digest = entryDigest(entry);
  const votes = openEvidence('prepare', network, round, prepares).filter(
    (vote) => vote.view === view && vote.payload.entry === digest && isMember(committee, vote.sender),
  );
  if (votes.length < committee.quorum) throw new Error(`${votes.length} prepares of ${committee.quorum}`);
  if (entry.round !== round || (round === head.round + 1 && entry.parent !== head.entry))
    throw new Error(`an entry of round ${entry.round} that does not follow the log`);
}
