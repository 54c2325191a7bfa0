import type { Conditions } from './conditions.ts';
import { pause } from './pause.ts';

export type PeerWatchOptions = {
  /** Other members of the committee that this node needs: where it votes, they make a quorum with it. */
  readonly wanted: () => number;
  readonly pollMs: number;
  /** Connections come one by one, and go and come again: too few of them for less than this are no fault. */
  readonly graceMs: number;
};

export type PeerWatchCollaborators = {
  /** Other members of the committee that are connected. */
  readonly connected: () => number;
  readonly conditions: Conditions;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
};

/** Says when too few members are connected for a quorum. */
export class PeerWatch {
  readonly #options: PeerWatchOptions;
  readonly #collaborators: PeerWatchCollaborators;
  #enoughAt: number;

  constructor(options: PeerWatchOptions, collaborators: PeerWatchCollaborators) {
    this.#options = options;
    this.#collaborators = collaborators;
    this.#enoughAt = collaborators.monotonic();
  }

  /** Counts again and again. Rejects when the signal fires, and for nothing else. */
  async run(signal: AbortSignal): Promise<never> {
    for (;;) {
      await pause(this.#options.pollMs, signal);
      this.look();
    }
  }

  /** Counts once. */
  look(): void {
    const { graceMs } = this.#options;
    const wanted = this.#options.wanted();
    const { connected, conditions, monotonic } = this.#collaborators;
    const count = connected();
    if (count >= wanted) {
      this.#enoughAt = monotonic();
      conditions.clear('PEERS_TOO_FEW');
    } else if (monotonic() - this.#enoughAt >= graceMs) {
      const message = `peers: got ${count} other members of the committee, expected ${wanted}`;
      conditions.raise('PEERS_TOO_FEW', message, { connected: count });
    }
  }
}
