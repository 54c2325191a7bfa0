import type { BeaconSource } from '../../coordinator/collaborators.ts';
import type { RestoreRequest } from '../../coordinator/restore.ts';
import { type Digest, digestOf } from '../../protocol/digest.ts';
import type { Scheduler } from './scheduler.ts';

/** A request to restore a version, and the block that takes it. */
export type VirtualRequest = { readonly atHeight: number; readonly version: number };

/** Blocks in virtual time: one every interval, final two blocks later, with seeded randomness. */
export class VirtualChain implements BeaconSource {
  readonly #seed: string;
  readonly #restores: readonly VirtualRequest[];
  readonly #listeners = new Set<(height: number) => void>();
  #latest = 0;

  /** @param restores requests of governance by the height of the block that takes them, ascending. */
  constructor(scheduler: Scheduler, seed: string, blockMs: number, restores: readonly VirtualRequest[] = []) {
    this.#restores = restores;
    this.#seed = seed;
    const produce = () => {
      this.#latest += 1;
      for (const listener of [...this.#listeners]) listener(this.finalized());
      scheduler.after(blockMs, produce);
    };
    scheduler.after(blockMs, produce);
  }

  finalized(): number {
    return Math.max(0, this.#latest - 2);
  }

  /** @returns stops telling. */
  onFinalized(listener: (height: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async restoreAt(height: number): Promise<RestoreRequest | undefined> {
    const taken = this.#restores.filter(({ atHeight }) => atHeight <= height);
    const last = taken.at(-1);
    return last === undefined ? undefined : { nonce: taken.length, version: last.version };
  }

  randomnessAt(height: number, signal: AbortSignal): Promise<Digest> {
    return new Promise((resolve) => {
      const look = () => {
        if (signal.aborted || this.finalized() < height) return false;
        resolve(digestOf('ballast/simulation/randomness', { seed: this.#seed, height }));
        return true;
      };
      if (look()) return;
      const stop = this.onFinalized(() => {
        if (look() || signal.aborted) stop();
      });
    });
  }
}
