import type { BeaconSource } from '../../coordinator/collaborators.ts';
import { type Digest, digestOf } from '../../protocol/digest.ts';
import type { Scheduler } from './scheduler.ts';

/** Blocks in virtual time: one every interval, final two blocks later, with seeded randomness. */
export class VirtualChain implements BeaconSource {
  readonly #seed: string;
  readonly #listeners = new Set<(height: number) => void>();
  #latest = 0;

  constructor(scheduler: Scheduler, seed: string, blockMs: number) {
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
