import type { Arena, Opened, PhaseOf } from './arena.ts';

/** How far a training had come when it was ended, by what the disk and the wire then had of it. */
export const TRAINING_STAGES = ['uncharged', 'charged', 'sent'] as const;
export type TrainingStage = (typeof TRAINING_STAGES)[number];

/**
 * The latest moment of a death after the start of a training, in milliseconds. It follows the machine: up after a death
 * before the debit, down after one behind the header, so that deaths fall around debit and header.
 */
const REACH_MS = { first: 20, least: 2, most: 3_000, up: 1.3, down: 0.75 } as const;

/** A round's training, and when it was told to have begun. */
export type Training = { readonly round: number; readonly at: number };

/** Knows when one member begins to train for a round that it has not released, and what became of it. */
export class TrainingWatch {
  readonly #member: number;
  readonly #released = new Set<number>();
  #begun: Training | undefined;
  #wanted: ((training: Training) => void) | undefined;
  /** A round in which it was killed, until its disk is read. */
  #ended: number | undefined;
  #reachMs: number = REACH_MS.first;
  readonly stages = new Map<TrainingStage, number>();

  constructor(member: number) {
    this.#member = member;
  }

  /** The training that has begun in this life, or the next one. @returns undefined when the time was over first. */
  async next(withinMs: number): Promise<Training | undefined> {
    if (this.#begun !== undefined && !this.#released.has(this.#begun.round)) return this.#begun;
    const { promise, resolve } = Promise.withResolvers<Training | undefined>();
    this.#wanted = resolve;
    const timer = setTimeout(() => resolve(undefined), withinMs);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#wanted = undefined;
    });
  }

  /** Milliseconds from now to a moment of a training: later ones, near debit and header, more often. @param draw uniform in [0, 1). */
  moment({ at }: Training, draw: number): number {
    return Math.max(0, at + Math.sqrt(draw) * this.#reachMs - performance.now());
  }

  /** It is about to be killed in a training. */
  ending({ round }: Training): void {
    this.#ended = round;
  }

  died(): void {
    this.#begun = undefined;
  }

  phase({ index, round, phase }: PhaseOf): void {
    if (index !== this.#member || phase !== 'collecting' || this.#released.has(round)) return;
    this.#begun = { round, at: performance.now() };
    this.#wanted?.(this.#begun);
  }

  said(index: number, type: string, round: number): void {
    if (index !== this.#member || type !== 'update-header') return;
    this.#released.add(round);
  }

  /** Its store is read: in a new life, or when the old one is over. */
  opened(index: number, { released }: Opened, { wire, ids }: Pick<Arena, 'wire' | 'ids'>): void {
    if (index !== this.#member) return;
    for (const { round } of released) this.#released.add(round);
    const round = this.#ended;
    if (round === undefined) return;
    this.#ended = undefined;
    const isSent = wire.updatesOf(ids[index] ?? '').some((update) => update.round === round);
    const isCharged = released.some((release) => release.round === round);
    const stage = isSent ? 'sent' : isCharged ? 'charged' : 'uncharged';
    this.stages.set(stage, (this.stages.get(stage) ?? 0) + 1);
    if (stage === 'uncharged') this.#reachMs = Math.min(REACH_MS.most, this.#reachMs * REACH_MS.up);
    if (stage === 'sent') this.#reachMs = Math.max(REACH_MS.least, this.#reachMs * REACH_MS.down);
  }
}
