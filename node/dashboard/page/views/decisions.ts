import { html, nothing, type TemplateResult } from 'lit-html';
import type { DecisionJson, PegForecastJson } from '../../../api/index.ts';
import { valueText } from '../amounts.ts';
import { figureText } from '../numbers.ts';
import type { Actions, PageState } from '../state.ts';
import { timeAgo } from '../time.ts';
import { badge, card, meter, rowsOf, shortHash, shown } from './parts.ts';

/** Features that an explanation names; the rest is one row. */
const NAMED = 10;
const STATUS_TONES = {
  pending: 'warm',
  implemented: 'good',
  rejected: 'plain',
  overridden: 'warm',
  failed: 'bad',
} as const;

/** Every decision on a parameter with its reason, and why the present forecast is what it is. */
export const decisionsView = (
  { answers, nowMs, shown: limits }: PageState,
  actions: Actions,
): TemplateResult =>
  html`${card(
    'Decision history',
    shown(answers.decisions, ({ items }) => history(items, limits.decisions, nowMs, actions)),
    true,
  )}
${card('Why the forecast is what it is', shown(answers.explained, explanation), true)}`;

function history(
  items: readonly DecisionJson[],
  limit: number,
  nowMs: number,
  actions: Actions,
): TemplateResult {
  if (items.length === 0) return html`<p>the decision log is empty</p>`;
  return rowsOf('decisions', items, limit, actions, {
    caption: 'decisions, the newest first',
    head: ['number', 'when', 'parameter', 'change', 'who', 'status', 'why'],
    row: (item) => {
      const {
        number,
        name,
        parameter,
        unit,
        before,
        after,
        kind,
        version,
        status,
        atMs,
        block,
        words,
        explanation,
        reviews,
      } = item;
      return html`<tr><th scope="row">${number}</th><td>${atMs === null ? `block ${block}` : timeAgo(atMs, nowMs)}</td><td>${name ?? shortHash(parameter)}</td><td class="whole">${valueText(before, unit)} → ${valueText(after, unit)}</td><td>${kind === 'model' ? `version ${version}` : kind}</td><td>${badge(status, STATUS_TONES[status])}</td><td class="words">${words ?? html`<span class="quiet">only its digest is known here: ${shortHash(explanation)}</span>`}${reviews.length === 0 ? nothing : ` Reviewed: ${reviews.map(({ verdict }) => verdict).join(', ')}.`}</td></tr>`;
    },
  });
}

/** What each feature adds to the median of the longest horizon. */
function explanation({ version, horizons, input }: PegForecastJson): TemplateResult {
  const horizon = horizons.at(-1);
  const median = horizon?.quantiles.find(({ level }) => level === 0.5);
  const { attribution } = median ?? {};
  if (horizon === undefined || median === undefined || attribution === undefined)
    return html`<p>this node gives no explanation</p>`;
  const { terms, contributions, output } = attribution;
  const largest = contributions.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const rest = largest.slice(NAMED).reduce((sum, { value }) => sum + value, 0);
  const rows = [
    ...terms.map(({ name, value }) => ({ name, value, note: 'with every feature at zero' })),
    ...largest.slice(0, NAMED).map(({ feature, value, group, input: read }) => ({
      name: feature,
      value,
      note: `${group}, read as ${figureText(read)}`,
    })),
    ...(largest.length > NAMED ? [{ name: `${largest.length - NAMED} others`, value: rest, note: '' }] : []),
  ];
  const most = Math.max(...rows.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  return html`<p>Version ${version} expects a deviation of <strong>${median.deviationBp.toFixed(2)} bp</strong> in ${horizon.horizonHours} h (median, ${input === 'public-feed' ? 'from the public feed' : 'from what was sent'}). The parts below sum to ${output.toFixed(2)} bp.</p>
<div class="scroll" role="region" aria-label="parts of the forecast" tabindex="0"><table><caption class="hidden">parts of the forecast</caption><thead><tr><th scope="col">part</th><th scope="col">adds</th><th scope="col">how much</th><th scope="col">from</th></tr></thead><tbody>
${rows.map(({ name, value, note }) => html`<tr><th scope="row">${name}</th><td class="number">${value.toFixed(3)} bp</td><td class="bar">${meter(Math.abs(value) / most, `${name} adds ${value.toFixed(3)} bp`, value < 0 ? 'warm' : 'calm')}</td><td class="quiet">${note}</td></tr>`)}
</tbody></table></div>`;
}
