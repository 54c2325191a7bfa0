import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { CONVERGENCE_START, observeRound } from '../../coordinator/index.ts';
import type { Outcome } from '../../protocol/messages.ts';
import type { ApiMetrics } from '../api/metrics.ts';
import { CONDITION_CODES } from '../runtime/conditions.ts';
import type { NodeEvent, RoundDecided } from '../runtime/events.ts';
import { BoundedLabel, OTHER } from './bounded-label.ts';
import {
  type LabelledGauge,
  METRICS,
  type MetricDefinition,
  type MetricName,
  type PlainGauge,
} from './definitions.ts';

/** Nodes that have series of their own; those of a larger network are counted together beyond them. */
const MAX_NODE_LABELS = 40;

const MAX_CODES = 64;
const STATUSES = ['improving', 'converged', 'diverged'] as const;
const OUTCOMES = ['accepted', 'rejected', 'aborted'] as const satisfies readonly Outcome[];
const PHASES = ['announced', 'collecting', 'sealed', 'aggregated', 'evaluated'] as const;

export type MetricsOptions = {
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Memory, event loop and garbage collection of the process too; they cannot be stopped again. */
  readonly withProcess?: boolean;
};

export type Metrics = {
  /** Counts and measures what the node tells. Never throws. */
  readonly observe: (event: NodeEvent) => void;
  readonly set: (gauge: PlainGauge, value: number) => void;
  /** Sets all series of a gauge: what is not named is no longer there. Values of labels come from a bounded set. */
  readonly setAll: (
    gauge: LabelledGauge,
    series: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[],
  ) => void;
  /** For the server of the API. */
  readonly api: ApiMetrics;
  /** The exposition format of Prometheus, version 0.0.4. */
  readonly text: () => Promise<string>;
};

/** The metrics of one node, in a registry of their own. */
export function createMetrics({ now, withProcess = true }: MetricsOptions): Metrics {
  const registry = new Registry();
  const all = new Map<string, Counter | Gauge | Histogram>(
    METRICS.map((definition) => [definition.name, create(definition, registry)]),
  );
  if (withProcess)
    collectDefaultMetrics({ register: registry, prefix: 'ballast_', eventLoopMonitoringPrecision: 20 });

  const counter = (name: MetricName) => all.get(name) as Counter;
  const gauge = (name: MetricName) => all.get(name) as Gauge;
  const histogram = (name: MetricName) => all.get(name) as Histogram;
  const labels = {
    left: new BoundedLabel(MAX_CODES),
    refusal: new BoundedLabel(MAX_CODES),
    error: new BoundedLabel(MAX_CODES),
    abstention: new BoundedLabel(MAX_CODES),
    node: new BoundedLabel(MAX_NODE_LABELS),
    pair: new BoundedLabel(MAX_CODES),
    route: new BoundedLabel(MAX_CODES),
  };
  for (const code of CONDITION_CODES) gauge('ballast_condition_active').set({ code }, 0);
  for (const phase of PHASES) gauge('ballast_round_phase').set({ phase }, 0);
  // A rate sees the first count only of a series that was there before it.
  for (const outcome of OUTCOMES) counter('ballast_rounds_total').inc({ outcome }, 0);
  for (const code of ['RULE', 'BODY_NOT_SERVED', 'AUDIT_MISSING'])
    counter('ballast_updates_left_out_total').inc({ code: labels.left.of(code) }, 0);
  for (const status of ['reported', 'refused']) counter('ballast_offences_reported_total').inc({ status }, 0);
  for (const outcome of ['usable', 'failed'])
    counter('ballast_breaker_observations_total').inc({ outcome }, 0);
  for (const name of ['ballast_errors_total', 'ballast_refusals_total', 'ballast_abstentions_total'] as const)
    counter(name).inc({ code: OTHER }, 0);

  /** When rounds began that are not told to be over: a decision is told when the next round may have begun. */
  const begun = new Map<number, number>();
  let phase: { readonly name: string; readonly round: number; readonly since: number } | undefined;

  function enterPhase(number: number, name: string | undefined): void {
    const at = now();
    if (phase !== undefined) {
      histogram('ballast_phase_duration_seconds').observe({ phase: phase.name }, (at - phase.since) / 1_000);
      gauge('ballast_round_phase').set({ phase: phase.name }, 0);
    }
    phase = undefined;
    if (name === undefined || !(PHASES as readonly string[]).includes(name)) return;
    phase = { name, round: number, since: at };
    gauge('ballast_round_phase').set({ phase: name }, 1);
    if (!begun.has(number)) begun.set(number, at);
  }

  let convergence = CONVERGENCE_START;
  function training(round: number, holdoutLoss: number): void {
    if (convergence.last !== undefined && round <= convergence.last.round) return;
    convergence = observeRound(convergence, { round, holdoutLoss });
    for (const status of STATUSES)
      gauge('ballast_training_status').set({ status }, status === convergence.status ? 1 : 0);
    gauge('ballast_training_flat_rounds').set(convergence.flat);
  }

  function decided(event: RoundDecided): void {
    const since = begun.get(event.round);
    if (since !== undefined) histogram('ballast_round_duration_seconds').observe((now() - since) / 1_000);
    for (const number of begun.keys()) if (number <= event.round) begun.delete(number);
    if (phase?.round === event.round) enterPhase(event.round, undefined);
    gauge('ballast_round').set(event.round);
    gauge('ballast_version').set(event.version);
    counter('ballast_rounds_total').inc({ outcome: event.outcome });
    counter('ballast_updates_sealed_total').inc(event.sealed);
    counter('ballast_updates_selected_total').inc(event.selected.length);
    for (const { node, reason } of event.leftOut) {
      const code = /^[A-Z][A-Z0-9_]*$/.test(reason) ? reason : 'RULE';
      counter('ballast_updates_left_out_total').inc({ code: labels.left.of(code) });
      counter('ballast_member_updates_total').inc({ node: labels.node.of(node), outcome: 'left_out' });
    }
    for (const node of event.selected) {
      counter('ballast_member_updates_total').inc({ node: labels.node.of(node), outcome: 'selected' });
    }
    if (event.heldOut === null) return;
    const { loss, baselines } = event.heldOut;
    gauge('ballast_held_out_loss_basis_points').set(loss);
    training(event.round, loss);
    for (const [baseline, of] of Object.entries(baselines)) {
      if (of > 0) gauge('ballast_held_out_skill_ratio').set({ baseline }, 1 - loss / of);
    }
  }

  const text = () => registry.metrics();
  return {
    observe: (event) => {
      switch (event.event) {
        case 'ready':
          return gauge('ballast_peers').set(event.peers);
        case 'phase':
          return enterPhase(event.round, event.phase);
        case 'view':
          return event.view > 0 ? counter('ballast_view_changes_total').inc() : undefined;
        case 'trained':
          histogram('ballast_training_duration_seconds').observe(event.milliseconds / 1_000);
          if (event.ratio !== undefined) gauge('ballast_update_compression_ratio').set(event.ratio);
          return event.epsilon === null ? undefined : gauge('ballast_privacy_epsilon').set(event.epsilon);
        case 'abstained':
          return counter('ballast_abstentions_total').inc({ code: labels.abstention.of(event.code) });
        case 'decided':
          return decided(event);
        case 'judged':
          for (const pair of event.worse)
            counter('ballast_gate_worse_total').inc({ pair: labels.pair.of(pair) });
          return undefined;
        case 'suspected':
          return counter('ballast_suspected_copies_total').inc(event.pairs.length);
        case 'published':
          return counter('ballast_publications_total').inc();
        case 'reported':
          return counter('ballast_offences_reported_total').inc({ status: event.status });
        case 'fee':
          // A wad: 10^18 is 100 % a year. Only shown, so a float is good enough.
          return gauge('ballast_stability_fee_ratio').set(Number(event.after) / 1e18);
        case 'observed':
          return counter('ballast_breaker_observations_total').inc({
            outcome: event.isUsable ? 'usable' : 'failed',
          });
        case 'halted':
          for (const cause of event.causes.length === 0 ? ['other'] : event.causes)
            counter('ballast_breaker_trips_total').inc({ cause });
          return undefined;
        case 'refused':
          return counter('ballast_refusals_total').inc({ code: labels.refusal.of(event.code) });
        case 'condition':
          if (event.code === 'ENDPOINT_LYING' && event.active)
            counter('ballast_chain_endpoint_lies_total').inc();
          return gauge('ballast_condition_active').set({ code: event.code }, event.active ? 1 : 0);
        case 'error':
          return counter('ballast_errors_total').inc({ code: labels.error.of(event.code) });
        default:
          return undefined;
      }
    },
    set: (name, value) => gauge(name).set(value),
    setAll: (name, series) => {
      gauge(name).reset();
      for (const { labels: of, value } of series) gauge(name).set(of, value);
    },
    api: {
      observeRequest: (route, status, seconds) =>
        histogram('ballast_http_request_duration_seconds').observe(
          { route: labels.route.of(route), status: String(status) },
          seconds,
        ),
      countTokenFailure: () => counter('ballast_api_auth_failures_total').inc(),
      setSubscribers: (count) => gauge('ballast_api_event_subscribers').set(count),
      countDroppedSubscriber: () => counter('ballast_api_dropped_subscribers_total').inc(),
      text,
    },
    text,
  };
}

function create(
  { name, type, help, labels = [], buckets = [] }: MetricDefinition,
  registry: Registry,
): Counter | Gauge | Histogram {
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === 'counter') return new Counter(options);
  if (type === 'gauge') return new Gauge(options);
  return new Histogram({ ...options, buckets: [...buckets] });
}
