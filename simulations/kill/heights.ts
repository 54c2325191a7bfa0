import type { BeaconSource } from '../../coordinator/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import { randomnessAt } from './terms.ts';

/** The hub's blocks as a member sees them: their height as told, their randomness from the seed. */
export class Heights implements BeaconSource {
  readonly #seed: number;
  readonly #waiting = new Set<() => void>();
  #height = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  rise(height: number): void {
    this.#height = Math.max(this.#height, height);
    for (const look of [...this.#waiting]) look();
  }

  /** Nobody governs the arena. */
  async restoreAt(): Promise<undefined> {}

  randomnessAt(height: number, signal: AbortSignal): Promise<Digest> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (signal.aborted) this.#waiting.delete(look);
        if (signal.aborted || this.#height < height) return;
        this.#waiting.delete(look);
        resolve(randomnessAt(this.#seed, height));
      };
      this.#waiting.add(look);
      look();
    });
  }
}
