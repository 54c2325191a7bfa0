import type { Digest } from '../protocol/digest.ts';
import { BallastError } from '../protocol/errors.ts';
import type { KeyValueStore, StoreOperation } from '../protocol/store.ts';
import { committeeKey, decodeEpoch, type Epoch, encodeEpoch, epochDigest } from './committee-record.ts';
import { epochOfRound } from './next-epoch.ts';

/**
 * The epochs that this node can verify: the first from the chain or the network's start, every later one handed over
 * by the last entry of the one before, which names the digest of its record.
 */
export class Epochs {
  readonly #known = new Map<number, Epoch>();
  readonly #records = new Map<Digest, Uint8Array>();
  readonly #epochRounds: number | undefined;
  readonly #unsaved = new Set<Epoch>();
  #expected: Epoch | undefined;
  #current: Epoch;

  private constructor(first: Epoch, epochRounds: number | undefined) {
    this.#epochRounds = epochRounds;
    this.#current = first;
    this.learn(first);
  }

  /** Where nothing was handed over yet. */
  static starting(first: Epoch, epochRounds?: number): Epochs {
    return new Epochs(first, epochRounds);
  }

  /**
   * Reads back what was handed over.
   *
   * @param first the epoch that the chain or the network's start vouches for.
   * @param epochRounds rounds of an epoch; undefined where one committee decides for ever.
   * @param round in progress.
   * @throws BallastError `COMMITTEE_UNKNOWN` where the epoch of that round was never handed over to this node.
   */
  static async open(
    store: KeyValueStore,
    first: Epoch,
    epochRounds: number | undefined,
    round: number,
  ): Promise<Epochs> {
    const epochs = new Epochs(first, epochRounds);
    if (epochRounds === undefined) return epochs;
    for await (const [key, bytes] of store.entries('committee/')) {
      const number = Number(key.slice('committee/'.length));
      if (number !== first.committee.epoch) epochs.learn(decodeEpoch(bytes, number));
    }
    const epoch = epochs.at(round);
    if (epoch === undefined) {
      throw new BallastError(
        'COMMITTEE_UNKNOWN',
        `committee of round ${round}: got epoch ${first.committee.epoch} and no hand-over to that round's`,
        { metadata: { round, epoch: epochOfRound(epochRounds, round) } },
      );
    }
    epochs.enter(epoch);
    return epochs;
  }

  /** The epoch of a round; undefined where this node does not know who decides in it. */
  at(round: number): Epoch | undefined {
    if (this.#epochRounds === undefined) return this.#current;
    const number = epochOfRound(this.#epochRounds, round);
    return this.of(number) ?? (this.#expected?.committee.epoch === number ? this.#expected : undefined);
  }

  /** Of the round in progress. */
  get current(): Epoch {
    return this.#current;
  }

  of(epoch: number): Epoch | undefined {
    return this.#known.get(epoch);
  }

  /** An epoch that a certified entry names: its certificates can be verified from here on. */
  learn(epoch: Epoch): void {
    if (this.#known.get(epoch.committee.epoch) === epoch) return;
    this.#known.set(epoch.committee.epoch, epoch);
    this.#records.set(epochDigest(epoch), encodeEpoch(epoch));
    this.#unsaved.add(epoch);
  }

  /** What this node itself has drawn: who takes part in it is heard already, and verifies nothing. */
  expect(epoch: Epoch): void {
    this.#expected = epoch;
  }

  /** The round in progress is of this epoch. */
  enter(epoch: Epoch): void {
    this.learn(epoch);
    this.#current = epoch;
  }

  /** The writes that keep what was learned since the last time, for the next write of the log. */
  unsaved(): StoreOperation[] {
    const operations = [...this.#unsaved].map(keepEpoch);
    this.#unsaved.clear();
    return operations;
  }

  /** A record as peers ask for it. */
  record(digest: Digest): Uint8Array | undefined {
    return this.#records.get(digest);
  }
}

/** The write that keeps an epoch beside the log. */
function keepEpoch(epoch: Epoch): StoreOperation {
  return { type: 'put', key: committeeKey(epoch.committee.epoch), value: encodeEpoch(epoch) };
}
