import { isDigest } from '../protocol/digest.ts';
import type { NodeSigner } from '../protocol/ed25519.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import type { RoundEntry } from '../protocol/messages.ts';
import type { KeyValueStore, StoreOperation } from '../protocol/store.ts';
import type { Certificate } from './certificate.ts';
import {
  CHECKPOINT_ROUNDS,
  CHECKPOINTS_KEPT,
  checkpointKey,
  isCheckpointOf,
  openCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
import { type Head, headAfter } from './entry.ts';
import { roundKey } from './keys.ts';
import type { LoggedRound } from './logged-round.ts';
import { addRecords, genesisRecord, recordAfter, recordKey, versionIndex, versionKey } from './records.ts';
import { encodeRoll, openRoll, type Roll, rollKey } from './roll.ts';

/** Rounds that one write takes. */
const MAX_BATCH = 64;
/** Digits of a round in a key that rounds of one checkpoint share. */
const SHARED_DIGITS = String(CHECKPOINT_ROUNDS).length - 1;

/** Stands for a roll that this node did not take. */
const NO_ROLL = new Uint8Array();

/** Where a log stands, and the digest of all that is written in it. */
type Position = { readonly head: Head; readonly record: Uint8Array };

/**
 * The round log: one certificate a round, each entry naming the digest of the one before. The head is what the chain
 * anchors. Beside each certificate stand the roll of the round's updates, which its entry names by a root, and a record digest, by which a changed byte shows, and after every hundred
 * rounds a checkpoint, from which the log is read when a node starts.
 */
export class RoundLog {
  readonly #store: KeyValueStore;
  readonly #signer: NodeSigner | undefined;
  #position: Position;
  /** The last roll that was written or read: all who trained in a round ask for their row of it. */
  #opened: { readonly round: number; readonly roll: Promise<Roll | undefined> } | undefined;

  private constructor(store: KeyValueStore, position: Position, signer: NodeSigner | undefined) {
    this.#store = store;
    this.#position = position;
    this.#signer = signer;
  }

  /**
   * Reads the log from its newest checkpoint on, or from genesis where it has none. What an older release wrote gets
   * its records.
   *
   * @param signer makes checkpoints; without one there are none.
   * @throws BallastError `LOG_BROKEN` naming the first round whose link does not match; `LOG_OUTDATED` for one of an
   *   earlier release; `CHECKPOINT_INVALID`.
   */
  static async open(store: KeyValueStore, genesis: Head, signer?: NodeSigner): Promise<RoundLog> {
    const start = await fromCheckpoint(store);
    let position = start ?? { head: genesis, record: genesisRecord(genesis) };
    let lacksRecords = false;
    for await (const [bytes, record] of certificatesAfter(store, start?.head.round)) {
      const { entry } = readCertificate(bytes);
      requireCurrent(entry);
      const { head } = position;
      if (entry.round !== head.round + 1 || entry.parent !== head.entry)
        throw broken(entry.round, head.round);
      lacksRecords ||= record === undefined;
      position = { head: headAfter(entry), record: record ?? recordAfter(position.record, bytes) };
    }
    if (lacksRecords) position = { ...position, record: await addRecords(store, genesis) };
    return new RoundLog(store, position, signer);
  }

  get head(): Head {
    return this.#position.head;
  }

  /** Durable, together with `more`, when it resolves. */
  append(round: LoggedRound, more: readonly StoreOperation[] = []): Promise<void> {
    return this.appendAll([round], more);
  }

  /**
   * Rounds that follow each other, at most 64 in one write; `more` is in the last of the writes.
   *
   * @param rounds whose votes and rolls have been checked.
   */
  async appendAll(rounds: readonly LoggedRound[], more: readonly StoreOperation[] = []): Promise<void> {
    for (let from = 0; from < rounds.length; from += MAX_BATCH) {
      let position = this.#position;
      const operations: StoreOperation[] = [];
      for (const { certificate, roll } of rounds.slice(from, from + MAX_BATCH)) {
        const { entry } = certificate;
        const value = encodeCanonical(certificate as Encodable);
        position = { head: headAfter(entry), record: recordAfter(position.record, value) };
        operations.push(
          { type: 'put', key: roundKey('log', entry.round), value },
          { type: 'put', key: recordKey(entry.round), value: position.record },
          { type: 'put', key: rollKey(entry.round), value: roll === undefined ? NO_ROLL : encodeRoll(roll) },
          ...versionIndex(entry),
          ...this.#checkpoint(entry.round, value, position.record),
        );
      }
      const isLast = from + MAX_BATCH >= rounds.length;
      await this.#store.write(isLast ? [...operations, ...more] : operations);
      this.#position = position;
      const last = rounds[from + MAX_BATCH - 1] ?? rounds.at(-1);
      if (last !== undefined)
        this.#opened = { round: last.certificate.entry.round, roll: Promise.resolve(last.roll) };
    }
  }

  /** The certificate of a round, encoded. */
  bytes(round: number): Promise<Uint8Array | undefined> {
    return this.#store.get(roundKey('log', round));
  }

  /** The roll of a round, encoded; undefined where this node did not take it. */
  async rollBytes(round: number): Promise<Uint8Array | undefined> {
    const bytes = await this.#store.get(rollKey(round));
    return bytes === undefined || bytes.length === 0 ? undefined : bytes;
  }

  /** @throws BallastError as `openRoll` for a damaged one. */
  roll(round: number): Promise<Roll | undefined> {
    const known = this.#opened;
    if (known?.round === round) return known.roll;
    const roll = this.#readRoll(round);
    if (round > this.head.round) return roll;
    const opened = { round, roll };
    this.#opened = opened;
    // What could not be read is read again when it is asked for again.
    roll.catch(() => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    return roll;
  }

  async #readRoll(round: number): Promise<Roll | undefined> {
    const bytes = await this.rollBytes(round);
    const certificate = bytes && (await this.get(round));
    return bytes === undefined || certificate === undefined ? undefined : openRoll(bytes, certificate.entry);
  }

  async get(round: number): Promise<Certificate | undefined> {
    const bytes = await this.bytes(round);
    return bytes === undefined ? undefined : readCertificate(bytes);
  }

  /** The round that made a version, from 1 on; undefined for one that the log does not have. */
  async roundOf(version: number): Promise<number | undefined> {
    const bytes = await this.#store.get(versionKey(version));
    return bytes === undefined ? undefined : Number(new TextDecoder().decode(bytes));
  }

  #checkpoint(round: number, certificate: Uint8Array, record: Uint8Array): StoreOperation[] {
    if (this.#signer === undefined || round % CHECKPOINT_ROUNDS !== 0) return [];
    const value = signCheckpoint({ round, certificate, record }, this.#signer);
    const old = round - CHECKPOINTS_KEPT * CHECKPOINT_ROUNDS;
    return [
      { type: 'put', key: checkpointKey(round), value },
      ...(old > 0 ? [{ type: 'delete' as const, key: checkpointKey(old) }] : []),
    ];
  }
}

async function fromCheckpoint(store: KeyValueStore): Promise<Position | undefined> {
  let newest: readonly [string, Uint8Array] | undefined;
  for await (const entry of store.entries('checkpoint/')) newest = entry;
  if (newest === undefined) return undefined;
  const round = Number(newest[0].slice('checkpoint/'.length));
  const checkpoint = openCheckpoint(newest[1], round);
  const logged = await store.get(roundKey('log', round));
  const recorded = await store.get(recordKey(round));
  if (logged === undefined || recorded === undefined || !isCheckpointOf(checkpoint, logged, recorded))
    throw broken(round, round - 1);
  const { entry } = readCertificate(logged);
  requireCurrent(entry);
  return { head: headAfter(entry), record: checkpoint.record };
}

/** Certificates after a round with their records, in order: all, or a hundred rounds at a time until none is left. */
async function* certificatesAfter(
  store: KeyValueStore,
  after: number | undefined,
): AsyncIterable<readonly [Uint8Array, Uint8Array | undefined]> {
  const first = (after ?? -1) + 1;
  for (let hundred = Math.floor(first / CHECKPOINT_ROUNDS); ; hundred++) {
    const prefix = roundKey('log', hundred * CHECKPOINT_ROUNDS).slice(0, -SHARED_DIGITS);
    let found = 0;
    for await (const [key, bytes] of store.entries(after === undefined ? 'log/' : prefix)) {
      if (Number(key.slice('log/'.length)) < first) continue;
      found += 1;
      yield [bytes, await store.get(key.replace(/^log/, 'record'))];
    }
    const isFirst = hundred === Math.floor(first / CHECKPOINT_ROUNDS);
    if (after === undefined || (found === 0 && !isFirst)) return;
  }
}

/** A certificate as the log keeps it. @throws BallastError what decoding throws. */
export function readCertificate(bytes: Uint8Array): Certificate {
  return decodeCanonical(bytes) as Certificate;
}

/** Entries of earlier releases list their updates, or say nothing of the aggregation's state. */
function requireCurrent(entry: Partial<RoundEntry>): void {
  if (isDigest(entry.updates?.root)) return;
  throw new BallastError(
    'LOG_OUTDATED',
    `round log: round ${entry.round} was written by an earlier release, expected entries that name their updates by a root`,
    {
      metadata: { round: entry.round },
      hint: 'run the release that wrote it to the end of its network, and keep the folder: it holds the privacy ledger',
    },
  );
}

function broken(round: number, previous: number): BallastError {
  return new BallastError('LOG_BROKEN', `round log: round ${round} does not follow round ${previous}`, {
    metadata: { round },
    hint: 'stop the node and keep its data folder, which holds the privacy ledger and its votes too; report it',
  });
}
