import { type Digest, digestOfBytes } from '../protocol/digest.ts';
import type { NodeSigner } from '../protocol/ed25519.ts';
import type { Encodable } from '../protocol/encoding.ts';
import { openEnvelope, type Sealed, signEnvelope } from '../protocol/envelope.ts';
import { BallastError } from '../protocol/errors.ts';
import { type MessageType, REPEATABLE } from '../protocol/message-types.ts';
import type { KeyValueStore, StoreOperation } from '../protocol/store.ts';
import { roundKey } from './keys.ts';
import { preparedRollKey } from './roll.ts';

export type Unsigned = {
  readonly type: MessageType;
  readonly round: number;
  readonly view: number;
  readonly payload: Encodable;
};

/** Milliseconds that a message which may be said anew may be under way. */
const LIFETIME_MS = 10 * 60_000;
/**
 * A vote is said once and counts for as long as its round lasts: if it expired, a network whose members all
 * stopped in the middle of a round could never end it.
 */
const NEVER = Number.MAX_SAFE_INTEGER;
const SEQUENCE_KEY = 'sequence';
const FLOOR_KEY = 'floor';
/** Peers remember votes alone: the words that this node may have said after its last vote are fewer than this. */
const WORDS_SINCE_VOTE = 1_024;

/** Codes with which `sign` declines: the node abstains, and that is no fault. */
export const ABSTENTIONS: ReadonlySet<string> = new Set([
  'VOTES_BEHIND',
  'RESTORE_UNCONFIRMED',
  'ROUND_OVER',
]);

/**
 * Everything this node has signed, on disk before it is sent. For a round and view it signs one message of a
 * kind; asked again, after a crash or not, it gives out the same bytes, whatever the new content. So a node
 * repeats or abstains, and never says two things.
 */
export class VotingRecord {
  readonly #store: KeyValueStore;
  readonly #signer: NodeSigner;
  readonly #network: Digest;
  #sequence: number;
  #floor: number;
  #isHeld: boolean;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    store: KeyValueStore,
    signer: NodeSigner,
    network: Digest,
    at: { readonly sequence: number; readonly floor: number; readonly isHeld: boolean },
  ) {
    this.#store = store;
    this.#signer = signer;
    this.#network = network;
    this.#sequence = at.sequence;
    this.#floor = at.floor;
    this.#isHeld = at.isHeld;
  }

  /** @param isHeld nothing is signed before {@link release}. */
  static async open(
    store: KeyValueStore,
    signer: NodeSigner,
    network: Digest,
    isHeld = false,
  ): Promise<VotingRecord> {
    const sequence = numberFrom(await store.get(SEQUENCE_KEY));
    const floor = numberFrom(await store.get(FLOOR_KEY));
    return new VotingRecord(store, signer, network, { sequence, floor, isHeld });
  }

  /** Nothing new is signed for rounds up to and with this one. */
  get floor(): number {
    return this.#floor;
  }

  /** Nothing was ever signed, as far as this store knows. */
  get isEmpty(): boolean {
    return this.#sequence === 0;
  }

  release(): void {
    this.#isHeld = false;
  }

  /**
   * Something that this node signed, from elsewhere. Where the record does not have it, its round becomes the
   * floor, durably, and its sequence is passed over.
   *
   * @returns whether the record was behind and has learned of it just now.
   */
  recall(sealed: Sealed): Promise<boolean> {
    const recalled = this.#last.then(() => this.#recall(sealed));
    this.#last = recalled.catch(() => undefined);
    return recalled;
  }

  /**
   * Signs and stores, or finds what was signed before. One at a time, in the order of the calls.
   *
   * @throws BallastError `VOTES_BEHIND` for a round up to the floor, `RESTORE_UNCONFIRMED` before the release,
   *   `ROUND_OVER` for a round that is in the log and was not signed for before.
   */
  sign(message: Unsigned, now: number): Promise<Sealed> {
    const signed = this.#last.then(() => this.#sign(message, now));
    this.#last = signed.catch(() => undefined);
    return signed;
  }

  /** What was signed for a round, in the order of kind and view. */
  async of(round: number): Promise<Sealed[]> {
    const found: Sealed[] = [];
    for await (const [, bytes] of this.#store.entries(`${roundKey('sent', round)}/`))
      found.push(openEnvelope(bytes));
    return found;
  }

  /** The deletions that forget a round which is over. */
  async forgetting(round: number): Promise<StoreOperation[]> {
    const operations: StoreOperation[] = [{ type: 'delete', key: roundKey('lock', round) }];
    for (const prefix of [`${roundKey('sent', round)}/`, preparedRollKey(round)])
      for await (const [key] of this.#store.entries(prefix)) operations.push({ type: 'delete', key });
    return operations;
  }

  async #sign(message: Unsigned, now: number): Promise<Sealed> {
    const key = roundKey('sent', message.round, message.type, message.view);
    const isRepeatable = REPEATABLE.has(message.type);
    if (this.#isHeld) throw abstention('RESTORE_UNCONFIRMED', message, 'too few members have answered');
    const known = isRepeatable ? undefined : await this.#store.get(key);
    if (known !== undefined) return openEnvelope(known);
    // What was said in a round that is over has been forgotten: read in this order, nothing can fall between.
    if (!isRepeatable && (await this.#store.get(roundKey('log', message.round))) !== undefined)
      throw abstention('ROUND_OVER', message, 'the round is in the log');
    if (!isRepeatable && message.round <= this.#floor)
      throw abstention('VOTES_BEHIND', message, `rounds up to ${this.#floor} may have been voted in before`);

    const seq = this.#sequence + 1;
    const envelope = {
      net: this.#network,
      ...message,
      seq,
      ts: now,
      expiry: isRepeatable ? now + LIFETIME_MS : NEVER,
    };
    const sealed = signEnvelope(envelope, this.#signer);
    const operations: StoreOperation[] = [{ type: 'put', key: SEQUENCE_KEY, value: bytesOf(seq) }];
    if (!isRepeatable) operations.push({ type: 'put', key, value: sealed.bytes });
    await this.#store.write(operations);
    this.#sequence = seq;
    return sealed;
  }

  async #recall({ envelope, digest }: Sealed): Promise<boolean> {
    const { type, round, view, seq } = envelope;
    if (REPEATABLE.has(type) || round <= this.#floor) return false;
    if (seq <= this.#sequence) {
      const own = await this.#store.get(roundKey('sent', round, type, view));
      const isOver = own === undefined && (await this.#store.get(roundKey('log', round))) !== undefined;
      if (isOver || (own !== undefined && digestOfBytes(own) === digest)) return false;
    }
    const sequence = Math.max(this.#sequence, seq + WORDS_SINCE_VOTE);
    await this.#store.write([
      { type: 'put', key: SEQUENCE_KEY, value: bytesOf(sequence) },
      { type: 'put', key: FLOOR_KEY, value: bytesOf(round) },
    ]);
    this.#sequence = sequence;
    this.#floor = round;
    return true;
  }
}

function abstention(code: string, { type, round }: Unsigned, why: string): BallastError {
  return new BallastError(code, `${type} of round ${round}: not signed, ${why}`, {
    metadata: { type, round },
  });
}

function numberFrom(bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 0 : Number(new TextDecoder().decode(bytes));
}

function bytesOf(value: number): Uint8Array {
  return new TextEncoder().encode(String(value));
}
