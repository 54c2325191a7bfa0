import { CHOSEN, type Dashboard, number, series, states } from './panel.ts';

const each = (metric: string, labels = ''): string => `${metric}{${CHOSEN}${labels}}`;
const perSecond = (metric: string, labels = ''): string => `rate(${each(metric, labels)}[5m])`;
const within = (metric: string, window: string): string => `increase(${each(metric)}[${window}])`;
const quantile = (q: number, metric: string, by = ''): string =>
  `histogram_quantile(${q}, sum by (instance, le${by}) (rate(${metric}_bucket{${CHOSEN}}[30m])))`;
const NODE = '{{instance}}';

const network: Dashboard = {
  uid: 'ballast-network',
  title: 'Ballast: rounds and updates',
  rows: [
    {
      title: 'Now',
      panels: [
        number('Ready', 'bool_yes_no', each('ballast_ready')),
        number('Round', 'none', each('ballast_round')),
        number('Version', 'none', each('ballast_version')),
        number('Peers', 'none', each('ballast_peers')),
        number('Contribute', 'percentunit', each('instance:ballast_participation:ratio30m')),
        number('Nodes that may', 'none', each('ballast_roster_nodes')),
        states('Phase', each('ballast_round_phase'), `${NODE} {{phase}}`),
        states('Conditions', `${each('ballast_condition_active')} == 1`, `${NODE} {{code}}`),
      ],
    },
    {
      title: 'Rounds',
      panels: [
        series('Rounds decided, an hour', 'short', [
          [`sum by (instance, outcome) (${within('ballast_rounds_total', '1h')})`, `${NODE} {{outcome}}`],
        ]),
        series('Duration of a round', 's', [
          [quantile(0.5, 'ballast_round_duration_seconds'), `${NODE} median`],
          [quantile(0.9, 'ballast_round_duration_seconds'), `${NODE} 90 %`],
        ]),
        series('Time in each phase, median', 's', [
          [quantile(0.5, 'ballast_phase_duration_seconds', ', phase'), `${NODE} {{phase}}`],
        ]),
        series('Leaders given up, an hour', 'short', [[within('ballast_view_changes_total', '1h'), NODE]]),
        series('Training, 90 %', 's', [[quantile(0.9, 'ballast_training_duration_seconds'), NODE]]),
        series('Compression of the last update', 'short', [[each('ballast_update_compression_ratio'), NODE]]),
        series('Rounds not trained in, an hour', 'short', [
          [within('ballast_abstentions_total', '1h'), `${NODE} {{code}}`],
        ]),
      ],
    },
    {
      title: 'Updates',
      panels: [
        series('Sealed and selected, an hour', 'short', [
          [within('ballast_updates_sealed_total', '1h'), `${NODE} sealed`],
          [within('ballast_updates_selected_total', '1h'), `${NODE} selected`],
        ]),
        series('Left out, an hour', 'short', [
          [within('ballast_updates_left_out_total', '1h'), `${NODE} {{code}}`],
        ]),
        series('Left out by node, an hour', 'short', [
          [`increase(${each('ballast_member_updates_total', ',outcome="left_out"')}[1h])`, '{{node}}'],
        ]),
        series('Messages refused', 'reqps', [[perSecond('ballast_refusals_total'), `${NODE} {{code}}`]]),
        series('Suspected copies, an hour', 'short', [
          [within('ballast_suspected_copies_total', '1h'), NODE],
        ]),
        series('Offences handed to the slasher, a day', 'short', [
          [within('ballast_offences_reported_total', '1d'), `${NODE} {{status}}`],
        ]),
      ],
    },
    {
      title: 'Model',
      panels: [
        series('Held-out loss, basis points', 'short', [[each('ballast_held_out_loss_basis_points'), NODE]]),
        series('Skill over the baselines, held out', 'percentunit', [
          [each('ballast_held_out_skill_ratio'), `${NODE} {{baseline}}`],
        ]),
        series('Skill on the last 30 public days', 'percentunit', [
          [each('ballast_live_skill_ratio'), `${NODE} {{pair}}`],
        ]),
        series('Outcomes within the 80 % intervals', 'percentunit', [
          [each('ballast_interval_coverage_ratio'), `${NODE} {{pair}}`],
        ]),
        series('Candidates that the gate found worse, an hour', 'short', [
          [within('ballast_gate_worse_total', '1h'), `${NODE} {{pair}}`],
        ]),
        series('Rounds without progress', 'short', [[each('ballast_training_flat_rounds'), NODE]]),
        states('Training', each('ballast_training_status'), `${NODE} {{status}}`),
        states('Drift', each('ballast_drift_active'), `${NODE} {{pair}} {{trigger}}`),
        series('Candidate in the shadow: blocks', 'short', [[each('ballast_shadow_blocks'), NODE]]),
        series('Candidate in the shadow: lower end of its advantage', 'percentunit', [
          [each('ballast_shadow_advantage_low_ratio'), NODE],
        ]),
      ],
    },
  ],
};

const node: Dashboard = {
  uid: 'ballast-node',
  title: 'Ballast: node',
  rows: [
    {
      title: 'Privacy',
      panels: [
        series('ε spent and budget', 'short', [
          [each('ballast_privacy_epsilon'), `${NODE} spent`],
          [each('ballast_privacy_epsilon_budget'), `${NODE} budget`],
        ]),
        series('Rounds that the budget bears', 'short', [[each('ballast_privacy_rounds_left'), NODE]]),
        series('Releases', 'short', [[each('ballast_privacy_releases'), NODE]]),
      ],
    },
    {
      title: 'Interface',
      panels: [
        series('Requests', 'reqps', [
          [
            `sum by (instance, route, status) (${perSecond('ballast_http_request_duration_seconds_count')})`,
            '{{route}} {{status}}',
          ],
        ]),
        series('Request duration, 95 %', 's', [
          [each('instance:ballast_http_request_duration_seconds:p95_5m'), NODE],
        ]),
        series('Tokens refused, an hour', 'short', [[within('ballast_api_auth_failures_total', '1h'), NODE]]),
        series('Event streams', 'short', [
          [each('ballast_api_event_subscribers'), `${NODE} open`],
          [within('ballast_api_dropped_subscribers_total', '1h'), `${NODE} dropped, an hour`],
        ]),
      ],
    },
    {
      title: 'Process',
      panels: [
        series('Errors, an hour', 'short', [[within('ballast_errors_total', '1h'), `${NODE} {{code}}`]]),
        series('Clock against the others', 's', [[each('ballast_clock_skew_seconds'), NODE]]),
        series('Peers', 'short', [[each('ballast_peers'), NODE]]),
        series('Processors', 'short', [[perSecond('ballast_process_cpu_seconds_total'), NODE]]),
        series('Memory', 'bytes', [
          [each('ballast_process_resident_memory_bytes'), `${NODE} resident`],
          [each('ballast_nodejs_heap_size_used_bytes'), `${NODE} heap`],
        ]),
        series('Delay of the event loop, 99 %', 's', [
          [each('ballast_nodejs_eventloop_lag_p99_seconds'), NODE],
        ]),
      ],
    },
  ],
};

const chain: Dashboard = {
  uid: 'ballast-chain',
  title: 'Ballast: chain and parameters',
  rows: [
    {
      title: 'Chain',
      panels: [
        series('Last final block', 'none', [[each('ballast_chain_finalized_height'), NODE]]),
        series('Time since it was seen', 's', [[each('ballast_chain_lag_seconds'), NODE]]),
        series('Versions', 'none', [
          [each('ballast_version'), `${NODE} certified`],
          [each('ballast_chain_version'), `${NODE} on the chain`],
        ]),
        series('Versions published by the node, an hour', 'short', [
          [within('ballast_publications_total', '1h'), NODE],
        ]),
        series('Endpoints that lied, a day', 'short', [
          [within('ballast_chain_endpoint_lies_total', '1d'), NODE],
        ]),
      ],
    },
    {
      title: 'Parameters',
      panels: [
        series('Stability fee, a year', 'percentunit', [[each('ballast_stability_fee_ratio'), NODE]]),
        series('Values', 'short', [[each('ballast_parameter_value'), '{{parameter}}']]),
        series('What the windows still admit', 'percentunit', [
          [each('ballast_parameter_budget_left_ratio'), '{{parameter}} {{direction}}'],
        ]),
      ],
    },
    {
      title: 'Circuit breaker and overrides',
      panels: [
        series('Severity', 'none', [[each('ballast_breaker_severity'), NODE]]),
        series('Halts and overrides', 'none', [
          [each('ballast_breaker_halts'), `${NODE} halts`],
          [each('ballast_overrides'), `${NODE} overrides`],
        ]),
        states('Halted', each('ballast_breaker_halted'), `${NODE} {{scope}}`, 8),
        series('Observations, an hour', 'short', [
          [within('ballast_breaker_observations_total', '1h'), `${NODE} {{outcome}}`],
        ]),
        series('Trips, a day', 'short', [[within('ballast_breaker_trips_total', '1d'), `${NODE} {{cause}}`]]),
      ],
    },
  ],
};

/** By the name of the file. */
export const DASHBOARDS: Readonly<Record<string, Dashboard>> = { network, node, chain };
