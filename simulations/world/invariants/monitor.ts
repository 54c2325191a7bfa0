import type { Candidate } from '../../../coordinator/candidate.ts';
import type { Decided } from '../../../coordinator/collaborators.ts';
import type { RoundState } from '../../../coordinator/round/types.ts';
import { opened } from '../opened.ts';
import type { WorldMonitor } from '../world.ts';
import type { WorldNode } from '../world-node.ts';
import type { Invariant, Violation } from './invariant.ts';

/** Violations told of one run. */
const MAX_VIOLATIONS = 16;

/** Holds a run against its invariants after every event, and ends it at the first that is broken. */
export class Monitor implements WorldMonitor {
  readonly violations: Violation[] = [];
  readonly #honest: readonly WorldNode[];
  readonly #states = new Map<WorldNode, RoundState>();
  #invariants: readonly Invariant[] = [];
  /** Messages are sent again and again as the same bytes. */
  readonly #seen = new WeakSet<Uint8Array>();

  constructor(nodes: readonly WorldNode[]) {
    this.#honest = nodes.filter(({ isByzantine }) => !isByzantine);
  }

  watch(invariants: readonly Invariant[]): void {
    this.#invariants = invariants;
  }

  readonly report = (code: string, text: string): void => {
    if (this.violations.length < MAX_VIOLATIONS) this.violations.push({ code, text });
  };

  onSaid(node: WorldNode, bytes: Uint8Array): void {
    if (this.#seen.has(bytes)) return;
    this.#seen.add(bytes);
    const message = opened(bytes)?.message;
    if (message === undefined) return;
    for (const invariant of this.#invariants) invariant.onSaid?.(node, message);
  }

  onDecided(node: WorldNode, decided: Decided): void {
    if (node.isByzantine) return;
    for (const invariant of this.#invariants) invariant.onDecided?.(node, decided);
  }

  onAggregated(node: WorldNode, round: number, candidate: Candidate): void {
    if (node.isByzantine) return;
    for (const invariant of this.#invariants) invariant.onAggregated?.(node, round, candidate);
  }

  onError(node: WorldNode, error: unknown): void {
    if (!node.isByzantine) this.report('ERROR_THROWN', String(error));
  }

  onEvent(): boolean {
    for (const node of this.#honest) {
      const { state } = node;
      const before = this.#states.get(node);
      if (state === before) continue;
      if (state === undefined) this.#states.delete(node);
      else {
        this.#states.set(node, state);
        for (const invariant of this.#invariants) invariant.onState?.(node, state, before);
      }
    }
    return this.violations.length > 0;
  }

  async end(): Promise<void> {
    for (const invariant of this.#invariants) await invariant.onEnd?.();
  }
}
