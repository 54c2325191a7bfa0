import { html, type TemplateResult } from 'lit-html';
import type { ChainJson, ReadinessJson } from '../../../api/index.ts';
import { type AlertRule, firing, MAX_RULES, ruleText } from '../alerts.ts';
import type { ChartSpec } from '../chart-spec.ts';
import { latestOf, type Samples } from '../metric-samples.ts';
import { figureText } from '../numbers.ts';
import { REPORT_SECTIONS, type ReportSection } from '../report-sections.ts';
import type { Actions, LogLine, PageState } from '../state.ts';
import { spanText, timeAgo } from '../time.ts';
import { badge, card, chartPlace, fact, rowsOf, shown } from './parts.ts';

const METRIC = 'chart-metric';
/** What is shown first of the metrics. */
const FIRST = [
  'ballast_round',
  'ballast_version',
  'ballast_peers',
  'ballast_chain_lag_seconds',
  'ballast_clock_skew_seconds',
  'ballast_privacy_epsilon',
  'ballast_privacy_rounds_left',
  'ballast_held_out_loss_basis_points',
  'ballast_breaker_severity',
  'ballast_process_resident_memory_bytes',
  'ballast_nodejs_eventloop_lag_p99_seconds',
] as const;

type Form = {
  readonly metric: { readonly value: string };
  readonly when: { readonly value: string };
  readonly bound: { readonly value: string };
};
type Boxes = { readonly querySelectorAll: (selector: string) => Iterable<{ readonly value: string }> };

/** Health, live metrics, what to be told of, the last hour, and a report. */
export const monitoringView = (state: PageState, actions: Actions): TemplateResult =>
  html`${card('Health', health(state))}
${card('Alerts', alerts(state, actions))}
${card('Live metrics', metrics(state.samples, state.nowMs))}
${card('History of a metric', history(state, actions))}
${card('Events', events(state.log, state.shown.log, state.nowMs, actions), true)}
${card('Report', report(actions), true)}`;

/** How far the chain is, and whether it stands. */
export function lagText({ finalizedHeight, lagSeconds }: ChainJson, _nowMs: number): TemplateResult {
  if (finalizedHeight === null || lagSeconds === null) return html`${badge('chain not seen yet', 'warm')}`;
  const isLate = lagSeconds > 60;
  return html`block <strong>${figureText(finalizedHeight)}</strong> ${isLate ? badge(`chain lags ${spanText(lagSeconds)}`, 'bad') : html`<span class="quiet">seen ${spanText(lagSeconds)} ago</span>`}`;
}

const health = ({ answers, nowMs }: PageState): TemplateResult =>
  html`${shown(
    answers.readiness,
    (
      body: ReadinessJson,
    ) => html`<p>${badge(body.status, body.status === 'ready' ? 'good' : 'warm')} ${body.reason}</p>
${body.conditions.length === 0 ? html`<p>no problem is active</p>` : html`<ul class="items">${body.conditions.map(({ code, message, sinceMs }) => html`<li><code>${code}</code> ${message} <span class="quiet">${timeAgo(sinceMs, nowMs)}</span></li>`)}</ul>`}`,
  )}
${shown(answers.chain, (chain) => html`<dl>${fact('chain', chain.chain)}${fact('last final block', lagText(chain, nowMs))}${fact('own clock', chain.clockSkewSeconds === null ? 'not compared yet' : `${chain.clockSkewSeconds.toFixed(3)} s against the others’`)}</dl>`)}`;

function metrics(samples: Samples, nowMs: number): TemplateResult {
  const at = samples.atMs.at(-1);
  if (at === undefined) return html`<p class="quiet">asking the node</p>`;
  return html`<p class="quiet">read ${timeAgo(at, nowMs)}, every 15 s</p><dl>${FIRST.flatMap((name) => {
    const value = latestOf(samples, name);
    return value === undefined ? [] : [fact(name.replace('ballast_', ''), figureText(value))];
  })}</dl>`;
}

function alerts({ rules, samples }: PageState, actions: Actions): TemplateResult {
  const on = firing(rules, samples);
  const names = [...samples.byName.keys()].sort();
  return html`<div role="status">${on.length === 0 ? html`<p>${badge('no alert', 'good')}</p>` : html`<ul class="items">${on.map(({ rule, value }) => html`<li>${badge('alert', 'bad')} ${ruleText(rule)}: it is ${figureText(value)}</li>`)}</ul>`}</div>
<h3>What to be told of</h3>
<ul class="rules">${rules.map((rule, place) => html`<li><span>${ruleText(rule)}</span> <button type="button" @click=${() => actions.dropRule(place)} aria-label="drop ${ruleText(rule)}">drop</button></li>`)}</ul>
${rules.length >= MAX_RULES ? html`<p class="quiet">${MAX_RULES} rules are the most</p>` : ruleForm(names, actions)}
<p class="quiet">kept in this browser; the page has to be open. For alerts that reach you, see Prometheus in the operator’s guide.</p>`;
}

const ruleForm = (names: readonly string[], actions: Actions): TemplateResult =>
  html`<form class="rule" @submit=${(event: Event) => {
    event.preventDefault();
    const { metric, when, bound } = event.target as unknown as Form;
    const rule: AlertRule = {
      metric: metric.value,
      when: when.value === 'below' ? 'below' : 'above',
      bound: Number(bound.value),
    };
    if (rule.metric !== '' && bound.value !== '' && Number.isFinite(rule.bound)) actions.addRule(rule);
  }}><label>metric <select name="metric">${names.map((name) => html`<option>${name}</option>`)}</select></label>
<label>is <select name="when"><option>above</option><option>below</option></select></label>
<label>bound <input name="bound" type="number" step="any" required></label>
<button type="submit">add</button></form>`;

function history({ samples, metric }: PageState, actions: Actions): TemplateResult {
  const names = [...samples.byName.keys()].sort();
  const chosen = metricOf(samples, metric);
  if (chosen === undefined) return html`<p class="quiet">asking the node</p>`;
  return html`<p><label>metric <select @change=${(event: Event) => actions.chooseMetric((event.target as unknown as { value: string }).value)}>${names.map((name) => html`<option ?selected=${name === chosen}>${name}</option>`)}</select></label></p>
${samples.atMs.length < 2 ? html`<p class="quiet">one sample so far; the next is here in 15 s</p>` : chartPlace(METRIC, `${chosen}, ${samples.atMs.length} samples`)}
<p class="quiet">the last hour at most, since this page was opened</p>`;
}

const metricOf = ({ byName }: Samples, metric: string | undefined): string | undefined =>
  metric !== undefined && byName.has(metric)
    ? metric
    : (FIRST.find((name) => byName.has(name)) ?? [...byName.keys()][0]);

function events(log: readonly LogLine[], limit: number, nowMs: number, actions: Actions): TemplateResult {
  if (log.length === 0) return html`<p>none since this page was opened</p>`;
  return rowsOf('log', log, limit, actions, {
    caption: 'events, the newest first',
    head: ['when', 'event', 'what'],
    row: ({ atMs, kind, words }) =>
      html`<tr><td>${timeAgo(atMs, nowMs)}</td><td>${kind}</td><td class="words">${words}</td></tr>`,
  });
}

const report = (actions: Actions): TemplateResult =>
  html`<form class="report" @submit=${(event: Event) => {
    event.preventDefault();
    const boxes = (event.target as unknown as Boxes).querySelectorAll('input:checked');
    actions.makeReport([...boxes].map(({ value }) => value as ReportSection));
  }}><fieldset><legend>what goes into it</legend>${REPORT_SECTIONS.map((section) => html`<label><input type="checkbox" value=${section} checked> ${section}</label>`)}</fieldset>
<button type="submit">save as Markdown</button></form>`;

/** The chosen metric over the samples. */
export function monitoringCharts({
  samples,
  metric,
}: Pick<PageState, 'samples' | 'metric'>): readonly ChartSpec[] {
  const chosen = metricOf(samples, metric);
  if (chosen === undefined || samples.atMs.length < 2) return [];
  const values = (samples.byName.get(chosen) ?? []).map((value) =>
    value !== null && Number.isFinite(value) ? value : null,
  );
  return [
    {
      id: METRIC,
      words: `${chosen}, ${samples.atMs.length} samples`,
      axis: 'time',
      unit: '',
      x: samples.atMs.map((at) => at / 1_000),
      series: [{ label: chosen, colour: '--line', values, width: 2 }],
    },
  ];
}
