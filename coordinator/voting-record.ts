import type { Digest } from '../protocol/digest.ts';
import type { NodeSigner } from '../protocol/ed25519.ts';
import type { Encodable } from '../protocol/encoding.ts';
import { openEnvelope, type Sealed, signEnvelope } from '../protocol/envelope.ts';
import { type MessageType, REPEATABLE } from '../protocol/message-types.ts';
import type { KeyValueStore, StoreOperation } from '../protocol/store.ts';
import { roundKey } from './keys.ts';

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
  #last: Promise<unknown> = Promise.resolve();

  private constructor(store: KeyValueStore, signer: NodeSigner, network: Digest, sequence: number) {
    this.#store = store;
    this.#signer = signer;
    this.#network = network;
    this.#sequence = sequence;
  }

  static async open(store: KeyValueStore, signer: NodeSigner, network: Digest): Promise<VotingRecord> {
    const bytes = await store.get(SEQUENCE_KEY);
    const sequence = bytes === undefined ? 0 : Number(new TextDecoder().decode(bytes));
    return new VotingRecord(store, signer, network, sequence);
  }

  /** Signs and stores, or finds what was signed before. One at a time, in the order of the calls. */
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
    for await (const [key] of this.#store.entries(`${roundKey('sent', round)}/`))
      operations.push({ type: 'delete', key });
    return operations;
  }

  async #sign(message: Unsigned, now: number): Promise<Sealed> {
    const key = roundKey('sent', message.round, message.type, message.view);
    const isRepeatable = REPEATABLE.has(message.type);
    const known = isRepeatable ? undefined : await this.#store.get(key);
    if (known !== undefined) return openEnvelope(known);

    const seq = this.#sequence + 1;
    const envelope = {
      net: this.#network,
      ...message,
      seq,
      ts: now,
      expiry: isRepeatable ? now + LIFETIME_MS : NEVER,
    };
    const sealed = signEnvelope(envelope, this.#signer);
    const operations: StoreOperation[] = [
      { type: 'put', key: SEQUENCE_KEY, value: new TextEncoder().encode(String(seq)) },
    ];
    if (!isRepeatable) operations.push({ type: 'put', key, value: sealed.bytes });
    await this.#store.write(operations);
    this.#sequence = seq;
    return sealed;
  }
}
