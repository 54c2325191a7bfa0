export type MetricType = 'counter' | 'gauge' | 'histogram';

export type MetricDefinition = {
  /** With its unit, and `_total` where it only grows. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  /** Every label has a closed or bounded set of values: see `bounded-label.ts`. */
  readonly labels?: readonly string[];
  /** Upper bounds of a histogram, in the unit of the name. */
  readonly buckets?: readonly number[];
};

const ROUND_BUCKETS = [0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60, 120, 300];
const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Every metric of a node but the process's own: what dashboards and alerts may name. */
export const METRICS = [
  { name: 'ballast_ready', type: 'gauge', help: '1 while the node takes part: /readyz answers 200' },
  { name: 'ballast_round', type: 'gauge', help: 'Last decided round' },
  { name: 'ballast_version', type: 'gauge', help: 'Version of the model after that round' },
  {
    name: 'ballast_round_phase',
    type: 'gauge',
    help: '1 for the phase that the round is in',
    labels: ['phase'],
  },
  { name: 'ballast_rounds_total', type: 'counter', help: 'Rounds decided', labels: ['outcome'] },
  {
    name: 'ballast_round_duration_seconds',
    type: 'histogram',
    help: 'From the beacon to the decision',
    buckets: ROUND_BUCKETS,
  },
  {
    name: 'ballast_phase_duration_seconds',
    type: 'histogram',
    help: 'Time spent in a phase of the round',
    labels: ['phase'],
    buckets: ROUND_BUCKETS,
  },
  { name: 'ballast_view_changes_total', type: 'counter', help: 'Leaders that were given up' },
  { name: 'ballast_roster_nodes', type: 'gauge', help: 'Nodes that may contribute in this epoch' },
  { name: 'ballast_updates_sealed_total', type: 'counter', help: 'Updates sealed in time' },
  { name: 'ballast_updates_selected_total', type: 'counter', help: 'Updates with weight in the result' },
  {
    name: 'ballast_updates_left_out_total',
    type: 'counter',
    help: 'Sealed updates without weight, by code; RULE where the aggregation rule left them out',
    labels: ['code'],
  },
  {
    name: 'ballast_member_updates_total',
    type: 'counter',
    help: 'Updates of a member, selected or left out',
    labels: ['node', 'outcome'],
  },
  { name: 'ballast_refusals_total', type: 'counter', help: 'Messages that were not taken', labels: ['code'] },
  {
    name: 'ballast_errors_total',
    type: 'counter',
    help: 'Errors that the node went on after',
    labels: ['code'],
  },
  {
    name: 'ballast_training_duration_seconds',
    type: 'histogram',
    help: 'Local training of one round',
    buckets: ROUND_BUCKETS,
  },
  {
    name: 'ballast_update_compression_ratio',
    type: 'gauge',
    help: 'How many times smaller the last update is than as int32; 0 where updates are not compressed',
  },
  { name: 'ballast_abstentions_total', type: 'counter', help: 'Rounds not trained in', labels: ['code'] },
  { name: 'ballast_privacy_epsilon', type: 'gauge', help: 'Privacy loss that this node has spent' },
  { name: 'ballast_privacy_epsilon_budget', type: 'gauge', help: 'Privacy loss at which it stops training' },
  {
    name: 'ballast_privacy_rounds_left',
    type: 'gauge',
    help: 'Rounds that the budget bears at the present noise',
  },
  { name: 'ballast_privacy_releases', type: 'gauge', help: 'Releases in the privacy ledger' },
  {
    name: 'ballast_held_out_loss_basis_points',
    type: 'gauge',
    help: 'Mean pinball loss of the certified model on held-out public data',
  },
  {
    name: 'ballast_held_out_skill_ratio',
    type: 'gauge',
    help: '1 - loss / loss of the baseline; below 0 is worse than it',
    labels: ['baseline'],
  },
  {
    name: 'ballast_training_status',
    type: 'gauge',
    help: '1 for what the held-out losses of the rounds say of the training',
    labels: ['status'],
  },
  {
    name: 'ballast_training_flat_rounds',
    type: 'gauge',
    help: 'Rounds in a row in which the held-out loss did not fall',
  },
  {
    name: 'ballast_gate_worse_total',
    type: 'counter',
    help: 'Candidates that this node found worse than the last version, by head and collateral',
    labels: ['pair'],
  },
  {
    name: 'ballast_drift_active',
    type: 'gauge',
    help: '1 while something about the model is not what it was, by head and collateral and by trigger',
    labels: ['pair', 'trigger'],
  },
  {
    name: 'ballast_interval_coverage_ratio',
    type: 'gauge',
    help: 'Outcomes within the 80 % intervals on the last 30 public days',
    labels: ['pair'],
  },
  {
    name: 'ballast_live_skill_ratio',
    type: 'gauge',
    help: '1 - loss / loss of the baseline on the last 30 public days',
    labels: ['pair'],
  },
  {
    name: 'ballast_shadow_blocks',
    type: 'gauge',
    help: 'Blocks that the candidate in the shadow was compared on',
  },
  {
    name: 'ballast_shadow_advantage_low_ratio',
    type: 'gauge',
    help: 'Lower end of the interval of the candidate’s advantage: above 0 it is better',
  },
  {
    name: 'ballast_suspected_copies_total',
    type: 'counter',
    help: 'Pairs of updates that pointed nearly the same way: honest ones may',
  },
  {
    name: 'ballast_offences_reported_total',
    type: 'counter',
    help: 'Offences that this node has handed to the slasher',
    labels: ['status'],
  },
  { name: 'ballast_publications_total', type: 'counter', help: 'Versions that this node has published' },
  { name: 'ballast_stability_fee_ratio', type: 'gauge', help: 'Yearly stability fee; 0.05 is 5 % a year' },
  {
    name: 'ballast_breaker_observations_total',
    type: 'counter',
    help: 'Observations of the circuit breaker that this node has sent; failed: a source did not answer',
    labels: ['outcome'],
  },
  {
    name: 'ballast_breaker_trips_total',
    type: 'counter',
    help: 'Trips that this node saw as a keeper, by cause; other: by a guardian, governance or another keeper',
    labels: ['cause'],
  },
  {
    name: 'ballast_breaker_severity',
    type: 'gauge',
    help: 'Severity of the circuit breaker: 0 normal, 4 critical',
  },
  { name: 'ballast_breaker_halts', type: 'gauge', help: 'What the circuit breaker halts now, counted' },
  {
    name: 'ballast_breaker_halted',
    type: 'gauge',
    help: '1 while something of this scope is halted, whole or in part',
    labels: ['scope'],
  },
  { name: 'ballast_overrides', type: 'gauge', help: 'Overrides of governance that last' },
  {
    name: 'ballast_parameter_value',
    type: 'gauge',
    help: 'Value on the chain, in the unit of the parameter; a wad counts as 1',
    labels: ['parameter'],
  },
  {
    name: 'ballast_parameter_budget_left_ratio',
    type: 'gauge',
    help: 'What a window still admits in a direction, of what it admits at once',
    labels: ['parameter', 'direction'],
  },
  { name: 'ballast_peers', type: 'gauge', help: 'Peers connected' },
  { name: 'ballast_chain_finalized_height', type: 'gauge', help: 'Last final block that was seen' },
  { name: 'ballast_chain_version', type: 'gauge', help: 'Last version that the chain has' },
  { name: 'ballast_chain_lag_seconds', type: 'gauge', help: 'Time since that block was seen' },
  {
    name: 'ballast_condition_active',
    type: 'gauge',
    help: '1 while the problem is there, 0 after',
    labels: ['code'],
  },
  {
    name: 'ballast_chain_endpoint_lies_total',
    type: 'counter',
    help: 'Times that an RPC endpoint was found to contradict a majority of the others',
  },
  { name: 'ballast_clock_skew_seconds', type: 'gauge', help: 'Own clock minus that of the others' },
  {
    name: 'ballast_http_request_duration_seconds',
    type: 'histogram',
    help: 'Requests answered, by route and status',
    labels: ['route', 'status'],
    buckets: REQUEST_BUCKETS,
  },
  { name: 'ballast_api_auth_failures_total', type: 'counter', help: 'Requests with a token not known' },
  { name: 'ballast_api_event_subscribers', type: 'gauge', help: 'Event streams open' },
  {
    name: 'ballast_api_dropped_subscribers_total',
    type: 'counter',
    help: 'Event streams closed since their reader took nothing',
  },
] as const satisfies readonly MetricDefinition[];

type Definition = (typeof METRICS)[number];
export type MetricName = Definition['name'];
/** The gauges that have labels. */
export type LabelledGauge = Extract<
  Definition,
  { readonly type: 'gauge'; readonly labels: readonly string[] }
>['name'];
/** The gauges that have no label, and so are set by name. */
export type PlainGauge = Exclude<
  Extract<Definition, { type: 'gauge' }>,
  { readonly labels: readonly string[] }
>['name'];
