import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainReader } from '../../../contracts/client/index.ts';
import { beaconDigest, beaconOrder } from '../../../coordinator/beacon.ts';
import { type NetworkDocument, networkId } from '../../../protocol/network.ts';

const POLL_MS = 150;

/** Who leads which round, known as soon as the beacon's block exists: before it is final, and before any node acts on it. */
export class Beacons {
  readonly #reader: ChainReader;
  readonly #network: string;
  readonly #ids: readonly string[];
  readonly #stopping = new AbortController();
  readonly #orders = new Map<number, readonly string[]>();
  readonly #asked = new Set<number>();
  readonly #onOrder: (round: number) => void;

  constructor(
    document: NetworkDocument,
    reader: ChainReader,
    ids: readonly string[],
    onOrder: (round: number) => void,
  ) {
    this.#network = networkId(document);
    this.#reader = reader;
    this.#ids = ids;
    this.#onOrder = onOrder;
    this.expect(1, document.genesis.beaconHeight);
  }

  /** @param height of the block whose randomness is the beacon of the round. */
  expect(round: number, height: number): void {
    if (this.#asked.has(round)) return;
    this.#asked.add(round);
    void this.#await(round, height);
  }

  leaderOf(round: number, view: number): string | undefined {
    const order = this.#orders.get(round);
    return order?.[view % order.length];
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #await(round: number, height: number): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const block = await this.#reader.getBlock({ blockNumber: BigInt(height) }).catch(() => undefined);
      if (block?.mixHash !== undefined && !signal.aborted) {
        const beacon = beaconDigest(this.#network, round, block.mixHash.slice(2));
        this.#orders.set(round, beaconOrder(beacon, this.#ids));
        this.#onOrder(round);
        return;
      }
      await sleep(POLL_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
