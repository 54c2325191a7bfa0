import { type RoundMetrics, roundMetrics } from '../../coordinator/index.ts';
import type { NodeEvent, RoundDecided } from '../runtime/index.ts';

type FeeEvent = Extract<NodeEvent, { event: 'fee' }>;
type PublishedEvent = Extract<NodeEvent, { event: 'published' }>;
type RecommendedEvent = Extract<NodeEvent, { event: 'recommended' }>;

/** A round as all nodes together tell it. */
export type RoundSummary = {
  readonly round: number;
  readonly decided: RoundDecided;
  /** Digests of the model that nodes hold after the round, by node. */
  readonly digests: ReadonlyMap<string, string>;
  readonly published: PublishedEvent | undefined;
  readonly recommended: RecommendedEvent | undefined;
  readonly fee: FeeEvent | undefined;
  /** Nodes that did not train, and why. */
  readonly abstained: readonly { readonly node: string; readonly code: string }[];
  /** Nodes whose messages were refused, and why. */
  readonly refused: readonly { readonly sender: string; readonly code: string }[];
  /** Pairs of head and collateral that some node found worse than in the last version. */
  readonly worse: readonly string[];
  /** What may be shown of all nodes together. */
  readonly metrics: RoundMetrics;
};

type Row = {
  decided?: RoundDecided;
  digests: Map<string, string>;
  /** What each node makes of the version on held-out public rows. */
  losses: Map<string, number>;
  published?: PublishedEvent;
  recommended?: RecommendedEvent;
  fee?: FeeEvent;
  abstained: { node: string; code: string }[];
  worse: Set<string>;
};

/** Gathers what each node says of each round. */
export class RoundTable {
  readonly #rows = new Map<number, Row>();
  #refused: { sender: string; code: string }[] = [];

  add(node: string, event: NodeEvent): void {
    if (event.event === 'refused') this.#addRefusal(event.sender, event.code);
    if (!('round' in event)) return;
    const row = this.#row(event.round);
    if (event.event === 'decided') {
      row.digests.set(node, event.heldDigest ?? 'none');
      if (event.heldOut !== null) row.losses.set(node, event.heldOut.loss);
      const knowsMore = row.decided === undefined || (event.recomputed && !row.decided.recomputed);
      if (knowsMore) row.decided = event;
    }
    if (event.event === 'published') row.published = event;
    if (event.event === 'recommended') row.recommended ??= event;
    if (event.event === 'fee' && row.fee?.transaction == null) row.fee = event;
    if (event.event === 'judged') for (const pair of event.worse) row.worse.add(pair);
    if (event.event === 'abstained') row.abstained.push({ node, code: event.code });
  }

  /** Whether `nodes` nodes have decided the round, its version is on the chain and its fee is settled. */
  isComplete(round: number, nodes: number): boolean {
    const row = this.#rows.get(round);
    if (row?.decided === undefined || row.digests.size < nodes || row.fee === undefined) return false;
    return row.decided.outcome !== 'accepted' || row.published !== undefined;
  }

  isDecided(round: number): boolean {
    return this.#rows.get(round)?.decided !== undefined;
  }

  /** The round's summary; refusals since the last summary go with it. */
  take(round: number): RoundSummary | undefined {
    const row = this.#rows.get(round);
    if (row?.decided === undefined) return undefined;
    const refused = this.#refused;
    this.#refused = [];
    return {
      round,
      decided: row.decided,
      digests: row.digests,
      published: row.published,
      recommended: row.recommended,
      fee: row.fee,
      abstained: row.abstained,
      refused,
      worse: [...row.worse].sort(),
      metrics: metricsOf(row.decided, row.losses),
    };
  }

  #row(round: number): Row {
    const row = this.#rows.get(round) ?? {
      digests: new Map<string, string>(),
      losses: new Map<string, number>(),
      abstained: [],
      worse: new Set<string>(),
    };
    this.#rows.set(round, row);
    return row;
  }

  #addRefusal(sender: string, code: string): void {
    const isKnown = this.#refused.some((refusal) => refusal.sender === sender && refusal.code === code);
    if (!isKnown && this.#refused.length < 100) this.#refused.push({ sender, code });
  }
}

function metricsOf(decided: RoundDecided, reports: ReadonlyMap<string, number>): RoundMetrics {
  const { round, outcome, sealed, accepted, selected, heldOut } = decided;
  return roundMetrics({
    round,
    outcome,
    sealed,
    accepted,
    selected: selected.length,
    holdoutLoss: heldOut?.loss ?? null,
    reports,
  });
}
