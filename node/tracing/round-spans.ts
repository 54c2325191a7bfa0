import type { NodeEvent } from '../runtime/events.ts';
import { type Attributes, type Span, type SpanEvent, spanIdOf, traceIdOf } from './span.ts';

export type RoundSpansOptions = {
  /** Network id. */
  readonly network: string;
  readonly node: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly emit: (span: Span) => void;
};

type Open = {
  readonly traceId: string;
  readonly startMs: number;
  phase: { readonly name: string; readonly startMs: number; readonly place: number } | undefined;
  phases: number;
  events: SpanEvent[];
  /** When the next round began, which comes before the decision is told. */
  overAt: number | undefined;
  decidedAt: number | undefined;
};

/** A decision is told while the next round begins, and a publication after that. */
const MAX_ROUNDS = 8;
const MAX_EVENTS = 64;

/**
 * Makes the spans of a node's rounds from what it tells: `round`, in it a span for each phase and for training, and
 * after it `publish`. Views, votes and the node's judgement are events of `round`. Nothing that a peer has written
 * is in them.
 */
export class RoundSpans {
  readonly #options: RoundSpansOptions;
  readonly #open = new Map<number, Open>();

  constructor(options: RoundSpansOptions) {
    this.#options = options;
  }

  observe(event: NodeEvent): void {
    if (event.event === 'phase') this.#enter(event.round, event.phase);
    else if (event.event === 'trained')
      this.#within(event.round, 'train', this.#options.now() - event.milliseconds, {});
    else if (event.event === 'view' && event.view > 0) this.#mark(event.round, 'view', { view: event.view });
    else if (event.event === 'voted') this.#mark(event.round, `voted ${event.vote}`, { view: event.view });
    else if (event.event === 'judged') this.#mark(event.round, 'judged', { verdict: event.verdict });
    else if (event.event === 'abstained') this.#mark(event.round, 'abstained', { code: event.code });
    else if (event.event === 'decided') this.#decide(event);
    else if (event.event === 'published') this.#published(event.round, event.version);
  }

  #enter(round: number, name: string): void {
    const at = this.#options.now();
    for (const [earlier, over] of this.#open) {
      if (earlier >= round || over.overAt !== undefined) continue;
      over.overAt = at;
      this.#leave(earlier, over, at);
    }
    const open = this.#open.get(round) ?? this.#begin(round, at);
    this.#leave(round, open, at);
    open.phase = { name, startMs: at, place: open.phases++ };
  }

  #begin(round: number, startMs: number): Open {
    const traceId = traceIdOf(this.#options.network, round);
    const open: Open = {
      traceId,
      startMs,
      phase: undefined,
      phases: 0,
      events: [],
      overAt: undefined,
      decidedAt: undefined,
    };
    this.#open.set(round, open);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MAX_ROUNDS) break;
      this.#open.delete(oldest);
    }
    return open;
  }

  #leave(round: number, open: Open, endMs: number): void {
    const { phase } = open;
    open.phase = undefined;
    if (phase !== undefined)
      this.#emit(open, round, phase.name, { startMs: phase.startMs, endMs, place: [phase.place] });
  }

  #within(round: number, name: string, startMs: number, attributes: Attributes): void {
    const open = this.#open.get(round);
    if (open !== undefined)
      this.#emit(open, round, name, { startMs, endMs: this.#options.now(), attributes, place: [name] });
  }

  #mark(round: number, name: string, attributes: Attributes): void {
    const events = this.#open.get(round)?.events;
    if (events !== undefined && events.length < MAX_EVENTS)
      events.push({ name, atMs: this.#options.now(), attributes });
  }

  #decide(event: Extract<NodeEvent, { event: 'decided' }>): void {
    const { round, outcome, version, view, sealed, accepted } = event;
    const open = this.#open.get(round);
    if (open === undefined || open.decidedAt !== undefined) return;
    const endMs = open.overAt ?? this.#options.now();
    this.#leave(round, open, endMs);
    open.decidedAt = endMs;
    this.#options.emit({
      traceId: open.traceId,
      spanId: this.#rootOf(open),
      name: 'round',
      startMs: open.startMs,
      endMs,
      attributes: {
        'ballast.round': round,
        'ballast.outcome': outcome,
        'ballast.version': version,
        'ballast.view': view,
        'ballast.leader': event.leader ?? '',
        'ballast.updates.sealed': sealed,
        'ballast.updates.accepted': accepted,
        'ballast.updates.selected': event.selected.length,
      },
      events: open.events,
      isError: outcome === 'aborted',
    });
  }

  #published(round: number, version: number): void {
    const open = this.#open.get(round);
    if (open?.decidedAt === undefined) return;
    this.#within(round, 'publish', open.decidedAt, { 'ballast.version': version });
    this.#open.delete(round);
  }

  #emit(
    open: Open,
    round: number,
    name: string,
    {
      startMs,
      endMs,
      attributes = {},
      place,
    }: {
      readonly startMs: number;
      readonly endMs: number;
      readonly attributes?: Attributes;
      readonly place: readonly (string | number)[];
    },
  ): void {
    this.#options.emit({
      traceId: open.traceId,
      spanId: spanIdOf(open.traceId, this.#options.node, name, ...place),
      parentSpanId: this.#rootOf(open),
      name,
      startMs,
      endMs,
      attributes: { 'ballast.round': round, ...attributes },
      events: [],
    });
  }

  #rootOf({ traceId }: Open): string {
    return spanIdOf(traceId, this.#options.node, 'round');
  }
}
