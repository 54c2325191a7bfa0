import type { Decision, PhaseOf } from './arena.ts';

/** The states of a round in which its leader may die. */
export const LEADER_STATES = [
  'announced',
  'collecting',
  'sealed',
  'aggregated',
  'evaluated',
  'attested',
  'published',
] as const;

export type LeaderState = (typeof LEADER_STATES)[number];

export type LeaderAt = { readonly index: number; readonly round: number };

/** Knows who leads, and tells when the leader reaches a state. */
export class LeaderWatch {
  readonly #leaders = new Map<number, number>();
  #wanted: { readonly state: LeaderState; readonly resolve: (at: LeaderAt) => void } | undefined;

  /** The next time that a leader reaches the state, at once. @returns undefined when the time was over first. */
  async next(state: LeaderState, withinMs: number): Promise<LeaderAt | undefined> {
    const { promise, resolve } = Promise.withResolvers<LeaderAt | undefined>();
    this.#wanted = { state, resolve };
    const timer = setTimeout(() => resolve(undefined), withinMs);
    return promise.finally(() => clearTimeout(timer));
  }

  phase({ index, round, phase, leads }: PhaseOf): void {
    if (!leads) return;
    this.#leaders.set(round, index);
    this.#reached(phase, index, round);
  }

  said(index: number, type: string, round: number): void {
    if (type === 'commit' && this.#leaders.get(round) === index) this.#reached('attested', index, round);
  }

  decided({ index, round }: Decision): void {
    if (this.#leaders.get(round) === index) this.#reached('published', index, round);
  }

  #reached(state: string, index: number, round: number): void {
    if (this.#wanted?.state !== state) return;
    const { resolve } = this.#wanted;
    this.#wanted = undefined;
    resolve({ index, round });
  }
}
